// `directory`: a real SCIM 2.0 service on loopback, for trying out and for tests.
import { randomBytes } from 'node:crypto';
import type { Config } from '../../core/config.ts';
import type { Seed } from '../../directory/serve.ts';
import { type Context, failWith, openHere } from '../context.ts';
import type { DirectoryDocument } from '../place-documents.ts';
import { plain } from '../screen.ts';
import type { ExitCode } from '../words.ts';

export interface DirectoryOptions {
  readonly port: string;
  readonly file?: string;
}

export async function runDirectory(context: Context, options: DirectoryOptions): Promise<ExitCode> {
  const { screen, env } = context;
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return failWith(context, {
      code: 'usage',
      problem: `--port takes a number from 0 to 65535, not "${options.port}".`,
    });
  }
  const token = env['SCIM_HOOK_TOKEN'] || randomBytes(18).toString('base64url');
  const { serveDirectory } = await import('../../directory/serve.ts');
  const served = await serveDirectory({
    port,
    file: options.file ?? null,
    token,
    seed: await seedFor(context),
    onRequest: ({ method, url, status }) =>
      screen.line(`${screen.paint.dim(String(status))}  ${plain(method)} ${plain(decode(url))}`),
  });
  if (!served.ok) return failWith(context, served.failure);
  const { url } = served.value;
  const { users, groups } = served.value.snapshot();
  if (screen.json)
    screen.document({
      url,
      port: served.value.port,
      token: env['SCIM_HOOK_TOKEN'] ? null : token,
    } satisfies DirectoryDocument);
  screen.line(`SCIM 2.0 at ${screen.paint.bold(url)}  (Ctrl-C ends it)`);
  screen.line(`users   ${users.map((user) => plain(user.userName)).join(', ') || 'none'}`);
  screen.line(`groups  ${groups.map((group) => plain(group.displayName)).join(', ') || 'none'}`);
  screen.line(
    options.file === undefined
      ? 'Kept in memory only; --file FILE keeps them.'
      : `Kept in ${plain(options.file)}.`,
  );
  if (!env['SCIM_HOOK_TOKEN']) screen.line(`\n  export SCIM_HOOK_TOKEN=${token}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await served.value.close();
  return 0;
}

/** You, and the groups that the rules here name, so that the next step works at once. */
async function seedFor(context: Context): Promise<Seed> {
  const here = await openHere(context);
  const email = here.ok ? await here.value.git.effective('user.email') : null;
  const found = here.ok ? await here.value.ports.repository.policy('sha256:') : null;
  const config =
    here.ok && found?.ok && found.value.state === 'found'
      ? await here.value.ports.config.parse(found.value.file, found.value.text)
      : null;
  if (here.ok) await here.value.close();
  const names = config?.ok ? groupNames(config.value) : [];
  return {
    users: [{ userName: email ?? 'you@example.com' }, { userName: 'colleague@example.com' }],
    groups: (names.length > 0 ? names : ['jit-release', 'jit-hotfix']).map((displayName) => ({
      displayName,
      members: ['colleague@example.com'],
    })),
  };
}

const groupNames = ({ rules }: Config): string[] => [
  ...new Set(
    rules.flatMap((rule) =>
      [...rule.grant, ...rule.eligible].flatMap((target) =>
        target.kind === 'group' && target.by === 'displayName' && !/[{}]/.test(target.name)
          ? [target.name]
          : [],
      ),
    ),
  ),
];

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
