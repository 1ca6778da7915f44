/** The module rule: one way down, through each module's index.ts (docs/architecture.md). */
const modules = [
  'idempotency',
  'auth',
  'catalog',
  'events',
  'purchase',
  'reviews',
  'realtime',
  'admin',
  'health',
  'seed',
];

/** What each module may import, beside config, common and database. */
const allowed = {
  idempotency: [],
  auth: ['idempotency'],
  catalog: [],
  events: ['auth', 'catalog'],
  purchase: ['idempotency', 'auth', 'catalog', 'events'],
  reviews: ['idempotency', 'auth', 'catalog', 'events', 'purchase'],
  realtime: ['auth', 'events', 'purchase', 'reviews'],
  admin: ['idempotency', 'auth', 'catalog', 'events', 'purchase', 'reviews'],
  health: ['auth', 'events', 'purchase', 'realtime', 'reviews'],
  seed: ['auth', 'catalog', 'events', 'purchase', 'reviews', 'admin'],
};

const root = process.env.MODULE_RULE_ROOT ?? 'src';
const alternatives = (names) => `^${root}/(${names.join('|')})/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: `^${root}/` }, to: { circular: true } },
    ...modules.map((name) => ({
      name: `${name}-one-way-down`,
      comment: `${name} may import only: ${allowed[name].join(', ') || 'no other module'}`,
      severity: 'error',
      from: { path: `^${root}/${name}/` },
      to: { path: alternatives(modules.filter((other) => other !== name && !allowed[name].includes(other))) },
    })),
    ...modules.map((name) => ({
      name: `${name}-through-its-index`,
      comment: 'Other modules are imported through their index.ts.',
      severity: 'error',
      from: {
        path: `^${root}/`,
        pathNot: [`^${root}/${name}/`, '\\.spec\\.ts$', `^${root}/database/entities\\.ts$`],
      },
      to: { path: `^${root}/${name}/`, pathNot: `^${root}/${name}/index\\.ts$` },
    })),
    {
      name: 'foundations-know-no-module',
      severity: 'error',
      from: { path: `^${root}/(config|common|database)/`, pathNot: `^${root}/database/entities\\.ts$` },
      to: { path: alternatives(modules) },
    },
    {
      name: 'services-without-orm',
      comment: 'Queries live in repositories; services speak of the trade.',
      severity: 'error',
      from: { path: `^${root}/[^/]+/[^/]+\\.service\\.ts$` },
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
