/** One role assignment, as role-assignments.bicep states it. */
export interface Grant {
  readonly of: string;
  readonly on: string;
  readonly role: string;
}

/** Who may do what, read from the two files that are reviewed. @throws Error where their form is no longer the one that is read here */
export function readGrants(assignments: string, roles: string): readonly Grant[] {
  const names = new Map(
    [...roles.matchAll(/var (\w+) Role = \{[^}]*?name: '([^']+)'/g)].map(([, key, name]) => [
      key,
      name,
    ]),
  );
  const form =
    /roleAssignments@[^{]*\{[^{]*?scope: (\w+)\s+properties: \{[^{}]*?principalId: (\w+)\.principalId[^{}]*?description: (\w+)\.why/g;
  const grants = [...assignments.matchAll(form)].map(([, on = '', of = '', role]) => ({
    of,
    on,
    role: names.get(role) ?? '',
  }));
  const count = assignments.split('roleAssignments@').length - 1;
  if (grants.length !== count || grants.some(({ role }) => !role))
    throw new Error('role-assignments.bicep has another form than the picture reads.');
  return grants;
}

const width = 192;
const columns = [116, 328, 540, 752, 964] as const;
const rows = { top: 24, middle: 196, bottom: 376 } as const;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly store?: boolean;
  readonly wide?: number;
}

/** The picture of docs/deploy.md. What is in it, the role of each dashed line and the tables are read from the Bicep files; the places are here. */
export function drawArchitecture(read: (file: string) => string): string {
  const grants = readGrants(read('role-assignments.bicep'), read('roles.bicep'));
  const found = (file: string, pattern: RegExp) => {
    const [, value] = pattern.exec(read(file)) ?? [];
    if (!value) throw new Error(`${file} has another form than the picture reads.`);
    return value;
  };
  const tables = found('main.bicep', /tables: \[([^\]]+)\]/).replaceAll("'", '');
  const plan = found('function-app.bicep', /tier: '(\w+)'/).replace(/(?<=[a-z])(?=[A-Z])/, ' ');
  const free = found('client-app-site.bicep', /tier: '(\w+)'/).toLowerCase();
  const rolesOn = (on: string) => [
    ...new Set(grants.filter((grant) => grant.on === on).map(({ role }) => role)),
  ];
  const [one, two, three, four, five] = columns;
  const apis: Readonly<Record<string, Box>> = {
    original: { x: two, y: rows.middle, title: 'Original API', lines: [plan] },
    downstream: { x: four, y: rows.middle, title: 'Downstream API', lines: [plan] },
  };
  const store = (x: number, title: string, on: string, ...lines: string[]): Box => ({
    x,
    y: rows.bottom,
    title,
    lines: [...lines, ...rolesOn(on)],
    store: true,
  });
  const stores: Readonly<Record<string, Box>> = {
    originalStorage: store(one, 'Original’s storage', 'originalStorage', 'host: package and locks'),
    vault: store(two, 'Key Vault', 'vault', 'Original’s certificate'),
    insights: store(three, 'Application Insights', 'insights', 'logs; identities alone'),
    tableStore: store(four, 'Table store', 'tableStore', tables),
    downstreamStorage: store(
      five,
      'Downstream’s storage',
      'downstreamStorage',
      'host: package and locks',
    ),
  };
  const boxes = [
    { x: one, y: rows.top, title: 'Client App', lines: [`Static Web Apps, ${free}`] },
    {
      x: three,
      y: rows.top,
      title: 'Entra ID',
      lines: ['three registrations: consent, Conditional Access'],
      wide: 312,
    },
    ...Object.values(apis),
    ...Object.values(stores),
  ];
  return frame(
    [
      `<rect class="net" x="${four - 106}" y="${rows.middle - 34}" width="212" height="${rows.bottom + 88 + 12 - rows.middle + 34}" rx="14"/>`,
      text(four, rows.middle - 14, 'PRIVATE_NETWORK=true', 'small'),
      ...grants.map((grant) => line(grant, apis[grant.of], stores[grant.on])),
      ...boxes.map(draw),
      ...flow,
      text(
        540,
        500,
        'Dashed: what a managed identity may do there, and nothing else. From infra/role-assignments.bicep.',
        'small',
      ),
    ].join('\n  '),
    `The Client App signs the user in at Entra and calls Original API with token A. Original exchanges A and its own credential at Entra for token B, or hands a refusal with its claims back, and calls Downstream API with B, which validates B itself. ${grants.map(({ of, on, role }) => `${apis[of]?.title} has ${role} on ${stores[on]?.title}.`).join(' ')}`,
  );
}

/** A managed identity's role: from the API to what it is on. */
function line({ of, on }: Grant, from: Box | undefined, to: Box | undefined): string {
  if (!from || !to) throw new Error(`The picture has no place for ${of} on ${on}.`);
  const aside = Math.sign(to.x - from.x);
  return `<path class="go role" d="M${from.x + aside * 56} ${from.y + 70} L${to.x - aside * 40} ${to.y - 4}"/>`;
}

/** The way of the tokens. */
const flow = [
  '<path class="go" d="M212 46 H380"/>',
  text(298, 38, 'sign in', 'small'),
  '<path class="go" d="M384 70 H216"/>',
  text(298, 88, 'token A', 'token'),
  '<path class="go" d="M132 94 C136 190 176 214 228 218"/>',
  text(188, 152, 'token A', 'token'),
  '<path class="go" d="M232 246 C100 244 70 190 76 98"/>',
  text(84, 262, '401 + claims', 'small'),
  '<path class="go" d="M300 196 C300 140 380 140 420 98"/>',
  text(276, 130, 'A + credential', 'small'),
  '<path class="go" d="M480 94 C470 160 380 150 360 192"/>',
  text(520, 148, 'token B,', 'token'),
  text(526, 166, 'or a refusal + claims', 'small'),
  '<path class="go" d="M424 231 H652"/>',
  text(538, 222, 'token B', 'token'),
];

function text(x: number, y: number, words: string, kind = 'title'): string {
  return `<text class="${kind}" x="${x}" y="${y}">${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}

function draw({ x, y, title, lines, store = false, wide = width }: Box): string {
  const height = store ? 88 : 70;
  const rect = `<rect class="${store ? 'store' : 'box'}" x="${x - wide / 2}" y="${y}" width="${wide}" height="${height}" rx="12"/>`;
  return [
    rect,
    text(x, y + 28, title),
    ...lines.map((words, index) => text(x, y + 50 + 20 * index, words, 'small')),
  ].join('');
}

const frame = (
  inside: string,
  description: string,
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1080 520" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif">
  <!-- Made by \`node tools/architecture.ts\`; a test holds it to that. -->
  <title id="t">What is deployed, and which way the tokens go</title>
  <desc id="d">${description}</desc>
  <style>
    .ground { fill: #fff } .box { fill: #eef2ff; stroke: #3b5bdb; stroke-width: 1.5 } .store { fill: #f6f6f3; stroke: #6b7280 }
    .net { fill: none; stroke: #6b7280; stroke-dasharray: 2 5; stroke-linecap: round } .go { fill: none; stroke: #374151; stroke-width: 1.5; marker-end: url(#tip) }
    .role { stroke-dasharray: 5 4; stroke: #6b7280 } #tip path { fill: #374151 }
    text { text-anchor: middle; font-size: 15px; fill: #111827 } .small { font-size: 12px; fill: #4b5563 } .token { font-weight: 700; fill: #3b5bdb }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117 } .box { fill: #1e2a4a; stroke: #91a7ff } .store { fill: #1c2128; stroke: #8b949e } .net { stroke: #8b949e } .go { stroke: #d1d5db }
      .role { stroke: #8b949e } #tip path { fill: #d1d5db } text { fill: #f0f6fc } .small { fill: #adb5bd } .token { fill: #91a7ff }
    }
  </style>
  <defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z"/></marker></defs>
  <rect class="ground" width="1080" height="520"/>
  ${inside}
</svg>
`;
