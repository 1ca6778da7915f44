import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import vueI18n from '@intlify/unplugin-vue-i18n/vite';
import ui from '@nuxt/ui/vite';
import vue from '@vitejs/plugin-vue';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server answers a path that is none of the shop's pages with 404, so the build tells it the pages. */
function emitRoutes(): Plugin {
  return {
    name: 'swiftdrop:routes',
    apply: 'build',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'routes.json',
        source: readFileSync(here('./routes.json'), 'utf8'),
      });
    },
  };
}

/** The heading typeface is asked for with the page, so that `font-display: optional` has it in time. */
function preloadFont(): Plugin {
  return {
    name: 'swiftdrop:preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => name.endsWith('.woff2'))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${name}`, crossorigin: '' },
            injectTo: 'head' as const,
          })),
    },
  };
}

/** Written beside each file, so that no server compresses the same bytes again for every visitor. */
function precompress(): Plugin {
  return {
    name: 'swiftdrop:precompress',
    apply: 'build',
    closeBundle() {
      const dist = here('./dist');
      for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const bytes = readFileSync(join(dist, name));
        writeFileSync(join(dist, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(dist, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** What shows where to type: the kit's own line is too pale to be seen by all (WCAG 1.4.11). */
const field = { outline: 'ring-(color:--field)' };

export default defineConfig({
  root: here('.'),
  // The table of currencies is the server's own file.
  resolve: { alias: { '@currencies': here('../src/platform/values/currencies.ts'), '@': here('./src') } },
  plugins: [
    vue(),
    ui({
      autoImport: false,
      components: { dirs: [], dts: here('./components.d.ts') },
      // Icons are compiled in: by default they would be asked from a foreign host at run time.
      icon: { clientBundle: { scan: true } },
      ui: {
        colors: {
          primary: 'pine',
          secondary: 'pine',
          success: 'pine',
          info: 'lagoon',
          warning: 'honey',
          error: 'ember',
          neutral: 'stone',
        },
        // Where a thumb presses, whatever is pressed is 44 px high; the size is for the words.
        button: {
          slots: { base: 'touch:min-h-11 touch:min-w-11 touch:justify-center' },
          defaultVariants: { size: 'lg' },
          // The kit's own let the page shine through, which took the words on them below 4.5 to 1.
          compoundVariants: [
            {
              color: 'primary',
              variant: 'solid',
              class: 'hover:bg-(--primary-hovered) active:bg-(--primary-pressed)',
            },
            {
              color: 'error',
              variant: 'solid',
              class: 'hover:bg-(--error-hovered) active:bg-(--error-pressed)',
            },
          ],
        },
        input: {
          slots: { base: 'touch:min-h-11' },
          variants: { variant: field },
          defaultVariants: { size: 'lg' },
        },
        inputMenu: { slots: { base: 'touch:min-h-11' }, variants: { variant: field } },
        textarea: {
          slots: { base: 'touch:min-h-11' },
          variants: { variant: field },
          defaultVariants: { size: 'lg' },
        },
        // As large as they now are, their crosses stand where they stood.
        modal: { slots: { close: 'touch:top-2.5 touch:end-2.5' } },
        toast: { slots: { close: 'touch:-my-3 touch:-me-3' } },
      },
    }),
    // Messages are compiled at build time: the run-time compiler is neither shipped nor needed by the CSP.
    vueI18n({
      include: [here('./src/i18n/*.json')],
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      dropMessageCompiler: true,
    }),
    emitRoutes(),
    preloadFont(),
    precompress(),
  ],
  server: {
    port: 5173,
    // The API's banner leads there.
    strictPort: true,
    proxy: {
      '/api': { target: process.env.API_URL ?? `http://localhost:${process.env.PORT ?? 3000}`, ws: true },
    },
  },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  test: {
    // A file that needs a page says so in its first line: making one costs two seconds.
    environment: 'node',
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    setupFiles: [here('./test/setup.ts')],
    restoreMocks: true,
  },
});
