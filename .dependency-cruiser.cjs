/** The module rule: one way down, through each room's index.ts (docs/architecture.md). */

/** From the lowest to the highest; each imports those before it. */
const modules = [
  'auth',
  'audit',
  'catalog',
  'events',
  'purchase',
  'reviews',
  'realtime',
  'reporting',
  'admin',
  'health',
  'lab-server',
  'demo',
];

/** The same under platform/, which imports no module. */
const platform = [
  'values',
  'errors',
  'config',
  'telemetry',
  'database',
  'signals',
  'jobs',
  'http',
  'limits',
  'idempotency',
];

const root = process.env.MODULE_RULE_ROOT ?? 'src';
const under = (names) => `^${root}/(${names.join('|')})/`;

/** Rules for rooms of one order: downward only, and through the index. */
const rooms = (order, prefix) =>
  order.flatMap((name, rank) => [
    {
      name: `${name}-one-way-down`,
      comment: `${name} may import only: ${order.slice(0, rank).join(', ') || 'nothing beside it'}`,
      severity: 'error',
      from: { path: `^${root}/${prefix}${name}/` },
      to: { path: under(order.slice(rank + 1).map((above) => prefix + above)) },
    },
    {
      name: `${name}-through-its-index`,
      comment: 'Other rooms are imported through their index.ts.',
      severity: 'error',
      from: {
        path: `^${root}/`,
        pathNot: [`^${root}/${prefix}${name}/`, '\\.spec\\.ts$', `^${root}/entities\\.ts$`],
      },
      to: { path: `^${root}/${prefix}${name}/`, pathNot: `^${root}/${prefix}${name}/index\\.ts$` },
    },
  ]);

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: `^${root}/` }, to: { circular: true } },
    ...rooms(modules, ''),
    ...rooms(platform, 'platform/'),
    {
      name: 'platform-knows-no-trade',
      severity: 'error',
      from: { path: `^${root}/platform/` },
      to: { path: `^${root}/`, pathNot: `^${root}/platform/` },
    },
    {
      name: 'services-without-orm',
      comment: 'Queries live in repositories; services speak of the trade.',
      severity: 'error',
      from: { path: `^${root}/.*\\.service\\.ts$` },
      to: { path: 'node_modules/(typeorm|mongoose|pg)/' },
    },
    {
      name: 'entities-stay-home',
      severity: 'error',
      from: { path: `^${root}/.*\\.controller\\.ts$` },
      to: { path: '\\.(entity|repository|schema)\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
