/** The predicted deployment of each parameter set in test/infra/parameters. */
export interface Snapshots {
  /** The defaults. */
  readonly development: Snapshot;
  /** The private mode, with always-ready instances and two tenants. */
  readonly production: Snapshot;
  /** Existing app registrations, and the secretless mode. */
  readonly unregistered: Snapshot;
}

/** A predicted resource, as ARM receives it. */
export interface Resource {
  /** The resource id, or an expression that computes it. */
  readonly id?: string;
  /** The resource type, such as `Microsoft.Web/sites`. */
  readonly type: string;
  /** The name, or an expression that computes it. */
  readonly name?: string;
  /** The SKU. */
  readonly sku?: Tree;
  /** The tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The managed identities. */
  readonly identity?: Tree;
  /** The properties of this type of resource. */
  readonly properties: Tree;
}

/** A JSON object of unknown shape. Facts read it by path, see {@link at}. */
export interface Tree {
  readonly [name: string]: unknown;
}

/** A predicted role assignment. */
export interface RoleAssignment {
  /** The module of the resource that the role is on, such as `tableStore`. */
  readonly on: string;
  /** The module of the identity that has the role, such as `downstreamIdentity`. */
  readonly of: string;
  /** The id of the role definition. */
  readonly role: string;
  /** The role assignment itself. */
  readonly resource: Resource;
}

/** The predicted deployment of one parameter set. */
export interface Snapshot {
  /** All resources as JSON text. */
  readonly text: string;
  /** All resources. */
  readonly resources: readonly Resource[];
  /** The outputs of main.bicep. */
  readonly outputs: Tree;
  /** Returns the resources of a type. */
  ofType(type: string): readonly Resource[];
  /** Returns the Function App of an API, and its settings. */
  app(api: 'original' | 'downstream'): { readonly site: Resource; readonly settings: Tree };
  /** Returns the app registration of an application. */
  registration(app: 'client-app' | 'original-api' | 'downstream-api'): Resource;
  /** Returns all role assignments. */
  roleAssignments(): readonly RoleAssignment[];
}

/** ARM's expression for the output of a module, whose value exists only after the deployment. */
const moduleOutput = new RegExp(
  [
    /reference\(resourceId\([^()]*, 'Microsoft\.Resources\/deployments', /,
    /format\('(\w+)-\{0\}', uniqueString\([^()]*deployment\(\)\.name\)\)\), /,
    /'[\d-]+'\)\.outputs\.(\w+)\.value/,
  ]
    .map(({ source }) => source)
    .join(''),
  'g',
);

/**
 * Parses the output of `bicep snapshot`. An output of a module becomes `<module.output>`, such as
 * `<tableStore.name>`.
 * @throws {Error} if the compiler reports a diagnostic
 */
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
  const single = (name: string, found: readonly Resource[]): Resource => {
    const [first] = found;
    if (!first || found.length > 1)
      throw new Error(`Expected one resource for ${name}, found ${found.length}.`);
    return first;
  };
  return {
    text: JSON.stringify(predictedResources),
    resources: predictedResources,
    outputs: outputs ?? {},
    ofType,
    app(api) {
      const ofApi = (type: string) =>
        ofType(type).filter(({ name }) => name?.startsWith(`func-${api}-`));
      return {
        site: single(`${api}'s site`, ofApi('Microsoft.Web/sites')),
        settings: single(`${api}'s settings`, ofApi('Microsoft.Web/sites/config')).properties,
      };
    },
    registration(app) {
      // The second step of a registration is a resource of the same name with an identifier URI.
      const isFirstStep = (resource: Resource) =>
        String(at(resource, 'properties.uniqueName')).startsWith(`${app}-`) &&
        !at(resource, 'properties.identifierUris');
      return single(app, ofType('Microsoft.Graph/applications@v1.0').filter(isFirstStep));
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

/** Returns the value at a path such as `properties.siteConfig.minTlsVersion`, or `undefined`. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) found = (found as Tree | undefined)?.[name];
  return found;
}
