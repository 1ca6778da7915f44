import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      '.data',
      'web/dist',
      'web/components.d.ts',
      'web/src/api/schema.d.ts',
      'web/public',
      'test/fixtures',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  prettier,
  {
    files: ['web/**/*.{ts,vue}'],
    // TypeScript knows what is defined.
    rules: { 'no-undef': 'off', 'vue/no-v-html': 'error', 'vue/require-default-prop': 'off' },
  },
  {
    files: ['web/**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ['web/src/**/*.{ts,vue}'],
    ignores: ['web/src/environment/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          ...['localStorage', 'sessionStorage', 'indexedDB', 'navigator', 'crypto', 'matchMedia'],
          ...['BroadcastChannel', 'ResizeObserver', 'IntersectionObserver'],
        ].map((name) => ({ name, message: 'May be odd, missing or throw: read it through @/environment.' })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="Intl"]',
          message:
            'Throws for tags, options and zones that it does not know: use the formats of @/environment.',
        },
        {
          selector:
            'MemberExpression[object.name=/^(window|globalThis|self)$/][property.name=/^(localStorage|sessionStorage|indexedDB|navigator|crypto|matchMedia|BroadcastChannel|ResizeObserver|IntersectionObserver|Intl)$/]',
          message: 'May be odd, missing or throw: read it through @/environment.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^toLocale(Date|Time)?String$/]',
          message: "Reads the browser's languages and zone: use useFormat.",
        },
      ],
    },
  },
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/platform/config reads the environment.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: ['src/**/dto/*.ts', 'src/platform/http/pagination.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'class-validator',
          importNames: ['IsOptional'],
          message: 'It lets null pass unchecked; MayBeAbsent does not.',
        },
      ],
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      globals: { module: 'writable', process: 'readonly', URL: 'readonly', console: 'readonly' },
    },
  },
  { files: ['lab/k6/*.js'], languageOptions: { globals: { __ENV: 'readonly' } } },
  { files: ['docker/mongo/*.js'], languageOptions: { globals: { db: 'readonly' } } },
);
