// Builds what the package ships: the command line (ESM, split so that a command loads only its own; and for `log`, which
// is asked for often, once more as one CommonJS file, which node starts faster), the worker (one self-contained file),
// the report's page, the JSON Schemas, the man page, and the licences of what is bundled.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { reportPage } from './report-page.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);

/** A part of a package, only for the plain name: the file that names the part imports from inside the package. */
const slim = (name, filter, file) => ({
  name,
  setup: ({ onResolve }) => {
    onResolve({ filter }, () => ({ path: at('build', file) }));
  },
});

/** What never runs where `log` is the command isn't in its file. */
const onlyLog = {
  name: 'only-log',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/(commands|complete)\// }, ({ kind, path, importer }) =>
      kind === 'dynamic-import' &&
      importer === at('src/cli/program.ts') &&
      !path.startsWith('./commands/log/')
        ? { path: './cli.js', external: true }
        : undefined,
    );
    // HTTP is for `log push` alone: it comes from the other build.
    onResolve({ filter: /\/wire\/ship\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './ship.js', external: true } : undefined,
    );
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  plugins: [
    slim('slim-undici', /^undici$/, 'undici-client.js'),
    slim('slim-otlp', /^@opentelemetry\/otlp-transformer$/, 'otlp-logs.js'),
  ],
  // Optional loaders of cosmiconfig that are never reached: checking out a branch must not run its code.
  external: ['typescript'],
  // Its CommonJS form hides its imports from a bundler.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const { version } = JSON.parse(await readFile(at('package.json'), 'utf8'));
await rm(at('dist'), { recursive: true, force: true });
const results = await Promise.all([
  build({
    ...common,
    entryPoints: { cli: at('src/cli/main.ts'), ship: at('src/wire/ship.ts') },
    outdir: at('dist'),
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Half the bytes to compile at every start. Names stay: a bug's stack is read by people.
    minifySyntax: true,
    minifyWhitespace: true,
    // Bundled CommonJS asks for node's own modules with require, which an ES module doesn't have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  }),
  build({
    ...common,
    plugins: [...common.plugins, onlyLog],
    entryPoints: [at('src/cli/main.ts')],
    outfile: at('dist/log.cjs'),
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  }),
  build({
    ...common,
    entryPoints: [at('src/worker/main.ts')],
    outfile: at('dist/worker.cjs'),
    format: 'cjs',
    minify: true,
    // By this line install and doctor know which of two workers is newer.
    banner: { js: `// scim-hook worker ${version}` },
    // Names stay readable in the stack that a crash leaves behind.
    keepNames: false,
    sourcemap: false,
  }),
]);

const { page, inputs } = await reportPage({ absWorkingDir: root, logLevel: 'warning' }, at('src/report'));
await writeFile(at('dist', 'report.html'), page);
await writeLicences([...results.flatMap((result) => Object.keys(result.metafile.inputs)), ...inputs]);
await writeSchemas();
await writeManPage();

/** Every bundled package's name, version and licence text, as their licences ask. */
async function writeLicences(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const texts = await Promise.all(
    [...packages].sort().map(async (directory) => {
      const manifest = JSON.parse(await readFile(at(directory, 'package.json'), 'utf8'));
      const names = [
        'LICENSE',
        'LICENSE.md',
        'LICENSE.txt',
        'license',
        'License',
        'LICENCE',
        'license.md',
        'LICENSE-MIT',
      ];
      const found = await Promise.all(
        names.map((name) => readFile(at(directory, name), 'utf8').catch(() => null)),
      );
      const text = found.find((each) => each !== null) ?? `Licence: ${manifest.license ?? 'see its package'}`;
      return `${manifest.name} ${manifest.version}\n\n${text.trim()}\n`;
    }),
  );
  await writeFile(at('dist', 'THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

async function writeSchemas() {
  const outfile = at('node_modules', '.cache', 'scim-hook', 'schemas.mjs');
  await build({
    ...common,
    entryPoints: [at('build/schemas.ts')],
    outfile,
    format: 'esm',
    packages: 'external',
  });
  const { schemas } = await import(outfile);
  await mkdir(at('schemas'), { recursive: true });
  for (const [name, schema] of Object.entries(schemas)) {
    await writeFile(at(...name.split('/')), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

async function writeManPage() {
  const outdir = at('node_modules', '.cache', 'scim-hook', 'man');
  // Split, so that what only running a command would load isn't loaded to describe it.
  const options = {
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    format: 'esm',
    packages: 'external',
  };
  await build({ ...common, ...options, entryPoints: [at('build/man.ts')] });
  const outfile = join(outdir, 'man.mjs');
  const { manPage } = await import(outfile);
  const { version } = JSON.parse(await readFile(at('package.json'), 'utf8'));
  const dates = [
    ...(await readFile(at('CHANGELOG.md'), 'utf8')).matchAll(/^## \[(.+)\] - (\d{4}-\d\d-\d\d)$/gm),
  ];
  await mkdir(at('man'), { recursive: true });
  await writeFile(at('man', 'scim-hook.1'), manPage(dates.find(([, of]) => of === version)?.[2] ?? ''));
}
