/** The parameter sets, by the names of their files. */
export const sets = ['development', 'production', 'unregistered'] as const;

/** What each parameter set would deploy. */
export type Snapshots = Readonly<Record<(typeof sets)[number], Snapshot>>;

/** One predicted resource; its properties as ARM gets them. */
export interface Resource {
  readonly id?: string;
  readonly type: string;
  readonly name?: string;
  readonly sku?: Tree;
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: Tree;
  readonly properties: Tree;
}

/** A JSON object of unknown shape: facts reach into it by path. */
export interface Tree {
  readonly [name: string]: unknown;
}

export interface RoleAssignment {
  /** The module whose resource the role is on, such as `tableStore`. */
  readonly on: string;
  /** The module of the identity that has it. */
  readonly of: string;
  readonly role: string;
  readonly resource: Resource;
}

export interface Snapshot {
  readonly text: string;
  readonly resources: readonly Resource[];
  readonly outputs: Tree;
  ofType(type: string): readonly Resource[];
  /** A Function App, its settings, and its publishing policies by name (`ftp`, `scm`). */
  app(api: 'original' | 'downstream'): { readonly site: Resource; readonly settings: Tree };
  registration(app: 'client-app' | 'original-api' | 'downstream-api'): Resource;
  roleAssignments(): readonly RoleAssignment[];
}

/** What one module gives to another, which exists only after deployment: `<tableStore.name>` reads better than ARM's expression for it. */
const moduleOutput =
  /reference\(resourceId\([^()]*, 'Microsoft\.Resources\/deployments', format\('(\w+)-\{0\}', uniqueString\([^()]*deployment\(\)\.name\)\)\), '[\d-]+'\)\.outputs\.(\w+)\.value/g;

/** Reads what `bicep snapshot` writes. */
export function parseSnapshot(json: string): Snapshot {
  const { predictedResources, diagnostics, outputs } = JSON.parse(
    json.replace(moduleOutput, '<$1.$2>'),
  ) as {
    predictedResources: Resource[];
    diagnostics: unknown[];
    outputs?: Tree;
  };
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const ofType = (type: string) => predictedResources.filter((resource) => resource.type === type);
  const only = (what: string, found: readonly Resource[]): Resource => {
    const [first] = found;
    if (!first || found.length > 1) throw new Error(`${found.length} of ${what}`);
    return first;
  };
  return {
    text: JSON.stringify(predictedResources),
    resources: predictedResources,
    outputs: outputs ?? {},
    ofType,
    app(api) {
      const named = (resource: Resource) => resource.name?.startsWith(`func-${api}-`) ?? false;
      return {
        site: only(api, ofType('Microsoft.Web/sites').filter(named)),
        settings: only(`${api}'s settings`, ofType('Microsoft.Web/sites/config').filter(named))
          .properties,
      };
    },
    registration(app) {
      const first = (resource: Resource) =>
        String(at(resource, 'properties.uniqueName')).startsWith(`${app}-`) &&
        !at(resource, 'properties.identifierUris');
      return only(app, ofType('Microsoft.Graph/applications@v1.0').filter(first));
    },
    roleAssignments: () =>
      ofType('Microsoft.Authorization/roleAssignments').map((resource) => ({
        on: /<(\w+)\.(?:name|insightsName)>\)/.exec(resource.id ?? '')?.[1] ?? 'unknown',
        of: /<(\w+)\.principalId>/.exec(String(resource.properties.principalId))?.[1] ?? 'unknown',
        role: String(resource.properties.roleDefinitionId).split('/').at(-1) ?? '',
        resource,
      })),
  };
}

/** What is at a path such as `properties.siteConfig.minTlsVersion`, or `undefined`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, name) => (found as Tree | undefined)?.[name], value);
}
