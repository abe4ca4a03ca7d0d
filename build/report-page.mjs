// The empty page of `log report`: style and script in it, room for what a log says. One file, so that nothing is fetched.
import { createHash } from 'node:crypto';
import { build } from 'esbuild';

/** The room for the title, the body and the data; `src/cli/report-page.ts` fills it. */
const room = (name) => `<!--scim-hook:${name}-->`;

/** What stands in the page, and what it was bundled from. */
export async function reportPage(options, source) {
  const result = await build({
    ...options,
    entryPoints: { script: `${source}/page.ts`, style: `${source}/page.css` },
    outdir: 'page',
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: ['chrome111', 'firefox115', 'safari16'],
    legalComments: 'none',
    metafile: true,
    charset: 'utf8',
  });
  const text = (name) => result.outputFiles.find(({ path }) => path.endsWith(name))?.text.trim() ?? '';
  const [script, style] = [text('script.js'), text('style.css')];
  const hash = createHash('sha256').update(script).digest('base64');
  // No request at all, no script but this one, no markup made out of text. Plot brings styles of its own with it.
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${hash}'`,
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${room('title')}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    room('body'),
    `<script type="application/json" id="data">${room('data')}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
  return { page, inputs: Object.keys(result.metafile.inputs) };
}
