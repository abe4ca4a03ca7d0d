// `init`: asks for the endpoint, writes a first config with comments, and says what comes next.
import { parseEndpoint } from '../../core/endpoint.ts';
import { ok } from '../../core/result.ts';
import { readSettings } from '../../core/settings.ts';
import { type Initialised, init } from '../../flow/init.ts';
import { type Context, withHere } from '../context.ts';
import type { InitDocument } from '../place-documents.ts';
import { plain, type Screen } from '../screen.ts';
import type { ExitCode } from '../words.ts';

export interface InitFlags {
  readonly endpoint?: string;
}

export const runInit = (context: Context, { endpoint }: InitFlags): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const { screen } = context;
    const { initPorts } = await import('../../wire/init.ts');
    const shared = readSettings(here.entries).sharedEndpoint;
    const done = await init(initPorts(here), {
      place: here.place,
      endpoint: endpoint ?? null,
      askEndpoint: screen.isInteractive && shared === null ? () => askEndpoint(screen) : null,
    });
    if (!done.ok) return done;
    if (screen.json) screen.document(toDocument(done.value));
    else show(screen, done.value, shared);
    return ok(0);
  });

/** Until it can be one: what is wrong is said at once, not at install. */
async function askEndpoint(screen: Screen): Promise<string | null> {
  screen.note('Where is the directory? Give its SCIM 2.0 base URL, as https://idp.example.com/scim/v2.');
  for (;;) {
    const typed = await screen.askLine('URL (leave empty to fill it in later):');
    // Ctrl-C leaves the cursor behind the question.
    if (typed === null) screen.note('');
    if (typed === null || typed === '') return typed;
    const parsed = parseEndpoint(typed);
    if (parsed.ok) return typed;
    screen.note(`That ${parsed.failure}.`);
  }
}

const toDocument = ({ file, endpoint, rules, defaultBranch, branch }: Initialised): InitDocument => ({
  file,
  endpoint,
  rules: rules.map(({ name, pattern, group, examples }) => ({
    name,
    branches: [pattern],
    groups: [group],
    matches: [...examples],
  })),
  defaultBranch,
  branch,
  next: 'scim-hook install',
});

function show(screen: Screen, done: Initialised, shared: string | null): void {
  const { paint } = screen;
  const { file, endpoint, rules, defaultBranch, branch } = done;
  screen.line(`Wrote ${paint.bold(file)}:`);
  for (const { name, pattern, group, examples } of rules) {
    const now = examples.length === 0 ? 'no branch yet' : examples.map(plain).join(', ');
    screen.line(`  ${name}: ${pattern} gives ${group}  ${paint.dim(`(${now})`)}`);
  }
  if (endpoint !== null) screen.line(`  endpoint: ${plain(endpoint)}`);
  else if (shared !== null) screen.line(`  endpoint: left out, this machine has ${plain(shared)}`);
  else screen.line('  endpoint: still to be filled in');
  screen.line();
  const target = defaultBranch === null ? 'the default branch' : plain(defaultBranch);
  const from = branch === null || branch === defaultBranch ? '' : `; you are on ${plain(branch)}`;
  screen.line(
    `Give the groups the names they have in your directory. The rules count from ${target}${from}; while no commit holds the file, install takes it as it lies here, to try it out.`,
  );
  const login = endpoint ?? shared;
  const steps = [
    ...(login === null ? [`fill in the endpoint in ${file}`] : []),
    `scim-hook login --endpoint ${login === null ? 'URL' : plain(login)}`,
    `commit ${file} to ${target}`,
    'scim-hook install',
  ];
  screen.line('Next:');
  steps.forEach((step, index) => {
    screen.line(`  ${index + 1}. ${paint.bold(step)}`);
  });
}
