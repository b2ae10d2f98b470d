/** A role assignment in role-assignments.bicep. */
export interface RoleAssignment {
  /** The API whose managed identity has the role: `original` or `downstream`. */
  readonly api: string;
  /** The symbolic name of the resource that the role is on. */
  readonly scope: string;
  /** The name of the built-in role. */
  readonly role: string;
}

/** The parts of the Bicep files that the picture shows. */
export interface Architecture {
  /** All role assignments. */
  readonly roleAssignments: readonly RoleAssignment[];
  /** The names of the tables, separated by commas. */
  readonly tables: string;
  /** The hosting plan of the APIs, such as `Flex Consumption`. */
  readonly apiPlan: string;
  /** The plan of the static site, such as `free`. */
  readonly sitePlan: string;
}

/**
 * Reads the parts of the Bicep files that the picture shows.
 * @param read Returns the text of a file in infra/.
 * @throws {Error} when a file does not have the expected form.
 */
export function readArchitecture(read: (file: string) => string): Architecture {
  const find = (file: string, pattern: RegExp): string => {
    const [, value] = pattern.exec(read(file)) ?? [];
    if (!value) throw new Error(`${file} does not match ${pattern}. Adapt the pattern.`);
    return value;
  };
  return {
    roleAssignments: readRoleAssignments(read('role-assignments.bicep'), read('roles.bicep')),
    tables: find('main.bicep', /tables: \[([^\]]+)\]/).replaceAll("'", ''),
    apiPlan: splitWords(find('function-app.bicep', /tier: '(\w+)'/)),
    sitePlan: find('client-app-site.bicep', /tier: '(\w+)'/).toLowerCase(),
  };
}

/** `FlexConsumption` becomes `Flex Consumption`. */
const splitWords = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/, ' ');

const roleDefinition = /var (\w+) Role = \{[^}]*?name: '([^']+)'/g;

const roleAssignment = new RegExp(
  [
    /roleAssignments@[^{]*\{/,
    /[^{]*?scope: (\w+)\s+/,
    /properties: \{[^{}]*?principalId: (\w+)\.principalId/,
    /[^{}]*?description: (\w+)\.why/,
  ]
    .map(({ source }) => source)
    .join(''),
  'g',
);

/**
 * Reads the role assignments.
 * @param assignments The text of role-assignments.bicep.
 * @param roles The text of roles.bicep.
 * @throws {Error} when an assignment does not have the expected form, or names an unknown role.
 */
export function readRoleAssignments(assignments: string, roles: string): readonly RoleAssignment[] {
  const roleNames = new Map<string, string>();
  for (const [, variable = '', name = ''] of roles.matchAll(roleDefinition))
    roleNames.set(variable, name);

  const found: RoleAssignment[] = [];
  for (const [, scope = '', api = '', variable = ''] of assignments.matchAll(roleAssignment)) {
    const role = roleNames.get(variable);
    if (!role) throw new Error(`roles.bicep has no role "${variable}".`);
    found.push({ api, scope, role });
  }
  const count = assignments.split('roleAssignments@').length - 1;
  if (found.length !== count)
    throw new Error(
      `Cannot read ${count - found.length} of ${count} role assignments. Adapt tools/architecture.`,
    );
  return found;
}
