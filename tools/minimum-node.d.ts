/** The version in `engines` of package.json, such as `22.18`. */
export const minimumNode: string;

/** Whether this repository runs on a version of Node, such as `process.versions.node`. */
export function isNewEnough(version: string): boolean;
