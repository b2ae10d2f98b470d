import type { Architecture, RoleAssignment } from './read-bicep.ts';
import { boxSize, drawBox, drawPicture, drawText, type PictureBox } from './svg.ts';

/** The centres of the five columns, from left to right. */
const columns = [116, 328, 540, 752, 964] as const;
/** The top coordinates of the rows. */
const rows = { top: 24, middle: 196, bottom: 376 } as const;

/**
 * Draws the picture in docs/deploy.md as an SVG document. The positions are defined here.
 * @throws {Error} when a role assignment connects something that the picture does not show.
 */
export function drawArchitecture(architecture: Architecture): string {
  const { roleAssignments, sitePlan } = architecture;
  const [first, , third, fourth] = columns;
  const apis = placeApis(architecture);
  const resources = placeResources(architecture);
  const boxes: readonly PictureBox[] = [
    { x: first, y: rows.top, title: 'Client App', lines: [`Static Web Apps, ${sitePlan}`] },
    {
      x: third,
      y: rows.top,
      title: 'Entra ID',
      lines: ['app registrations, consent, Conditional Access'],
      width: 312,
    },
    ...Object.values(apis),
    ...Object.values(resources),
  ];
  return drawPicture({
    title: 'The deployed resources and the path of the tokens',
    description: describe(roleAssignments, apis, resources),
    content: [
      drawPrivateNetwork(fourth),
      ...roleAssignments.map(({ api, scope }) => {
        const from = apis[api];
        const to = resources[scope];
        if (!from || !to)
          throw new Error(
            `No box for "${api}" or "${scope}". Add it to tools/architecture/draw.ts.`,
          );
        return drawRole(from, to);
      }),
      ...boxes.map(drawBox),
      ...tokenFlow,
      drawText(
        third,
        500,
        'Dashed lines: all roles of the managed identities, from infra/role-assignments.bicep.',
        'small',
      ),
    ],
  });
}

type BoxesByName = Readonly<Record<string, PictureBox>>;

const placeApis = ({ apiPlan }: Architecture): BoxesByName => ({
  original: { x: columns[1], y: rows.middle, title: 'Original API', lines: [apiPlan] },
  downstream: { x: columns[3], y: rows.middle, title: 'Downstream API', lines: [apiPlan] },
});

/** Places the resources, by their symbolic names in role-assignments.bicep. */
function placeResources({ roleAssignments, tables }: Architecture): BoxesByName {
  const [first, second, third, fourth, fifth] = columns;
  const place = (x: number, title: string, scope: string, line: string): PictureBox => {
    const assigned = roleAssignments.filter((assignment) => assignment.scope === scope);
    const roles = new Set(assigned.map(({ role }) => role));
    return { x, y: rows.bottom, title, lines: [line, ...roles], isStore: true };
  };
  return {
    originalStorage: place(
      first,
      'Original’s storage',
      'originalStorage',
      'host: package and locks',
    ),
    vault: place(second, 'Key Vault', 'vault', 'Original’s certificate'),
    insights: place(third, 'Application Insights', 'insights', 'logs; managed identities only'),
    tableStore: place(fourth, 'Table store', 'tableStore', tables),
    downstreamStorage: place(
      fifth,
      'Downstream’s storage',
      'downstreamStorage',
      'host: package and locks',
    ),
  };
}

/** Writes the text alternative of the picture. */
function describe(
  roleAssignments: readonly RoleAssignment[],
  apis: BoxesByName,
  resources: BoxesByName,
): string {
  const flow = [
    'The Client App signs the user in at Entra and calls Original API with token A.',
    'Original API exchanges token A at Entra for token B, with its own client credential.',
    'When Entra refuses, Original API returns the refusal and its claims to the Client App.',
    'Otherwise it calls Downstream API with token B, which Downstream API validates itself.',
  ];
  const roles = roleAssignments.map(
    ({ api, scope, role }) => `${apis[api]?.title} has ${role} on ${resources[scope]?.title}.`,
  );
  return [...flow, ...roles].join(' ');
}

/** A dotted frame around Downstream API and its tables. */
function drawPrivateNetwork(x: number): string {
  const margin = { side: 106, top: 34, bottom: 12 };
  const top = rows.middle - margin.top;
  const height = rows.bottom + boxSize.storeHeight + margin.bottom - top;
  return [
    `<rect class="net" x="${x - margin.side}" y="${top}" `,
    `width="${2 * margin.side}" height="${height}" rx="14"/>`,
    drawText(x, rows.middle - 14, 'PRIVATE_NETWORK=true', 'small'),
  ].join('');
}

/** A dashed arrow from an API to the resource that its managed identity has a role on. */
function drawRole(from: PictureBox, to: PictureBox): string {
  const direction = Math.sign(to.x - from.x);
  const start = `${from.x + direction * 56} ${from.y + boxSize.height}`;
  const end = `${to.x - direction * 40} ${to.y - 4}`;
  return `<path class="arrow role" d="M${start} L${end}"/>`;
}

/** The arrows between Client App, Entra ID and the APIs, each with its label. */
const tokenFlow: readonly string[] = [
  '<path class="arrow" d="M212 46 H380"/>',
  drawText(298, 38, 'sign in', 'small'),
  '<path class="arrow" d="M384 70 H216"/>',
  drawText(298, 88, 'token A', 'token'),
  '<path class="arrow" d="M132 94 C136 190 176 214 228 218"/>',
  drawText(188, 152, 'token A', 'token'),
  '<path class="arrow" d="M232 246 C100 244 70 190 76 98"/>',
  drawText(84, 262, '401 + claims', 'small'),
  '<path class="arrow" d="M300 196 C300 140 380 140 420 98"/>',
  drawText(276, 130, 'A + credential', 'small'),
  '<path class="arrow" d="M480 94 C470 160 380 150 360 192"/>',
  drawText(520, 148, 'token B,', 'token'),
  drawText(526, 166, 'or a refusal + claims', 'small'),
  '<path class="arrow" d="M424 231 H652"/>',
  drawText(538, 222, 'token B', 'token'),
];
