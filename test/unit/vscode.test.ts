import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(`${root}${file}`, 'utf8'));

interface Task {
  readonly label: string;
  readonly command: string;
  readonly dependsOn?: string;
}

interface Configuration {
  readonly name: string;
  readonly program?: string;
  readonly preLaunchTask?: string;
}

const tasks: readonly Task[] = readJson('.vscode/tasks.json').tasks;
const labels = tasks.map(({ label }) => label);
const configurations: readonly Configuration[] = readJson('.vscode/launch.json').configurations;

test.each(['settings.json', 'extensions.json'])('.vscode/%s is JSON', (name) => {
  expect(readJson(`.vscode/${name}`)).toEqual(expect.any(Object));
});

test.each(tasks)('the task $label runs what exists', ({ command, dependsOn }) => {
  const { scripts } = readJson('package.json');
  const [, script] = /^npm (?:run )?(\S+)$/.exec(command) ?? [];
  if (script !== undefined) expect(scripts).toHaveProperty([script]);
  if (dependsOn !== undefined) expect(labels).toContain(dependsOn);
});

test.each(configurations)('"$name" runs what exists', ({ program, preLaunchTask }) => {
  if (program !== undefined)
    expect(existsSync(program.replace(/^\$\{workspaceFolder\}\//, root))).toBe(true);
  if (preLaunchTask !== undefined) expect(labels).toContain(preLaunchTask);
});
