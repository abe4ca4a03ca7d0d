// The directions of DESIGN section 3, run by the build. Each rule speaks to whoever broke it.

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'core-is-pure',
      comment:
        'src/core decides, and nothing else: no node:, no npm, no other room. Take what you need as an argument.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'flow-knows-ports-only',
      comment:
        'src/flow is the steps over ports. If a step needs something outside, say what in flow/ports.ts (or setup-ports.ts, lookout-ports.ts, log-ports.ts, proof-ports.ts, ship-ports.ts) and let an adapter do it.',
      severity: 'error',
      from: { path: '^src/flow/' },
      to: { pathNot: '^src/(core|flow)/' },
    },
    {
      name: 'adapters-implement-ports',
      comment:
        'An adapter sees core and the ports it implements; it is called by the wire and calls no step.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: {
        path: '^src/(flow/(?!(?:setup-|lookout-|log-|proof-|ship-)?ports\\.ts)|cli|worker|wire|directory)',
      },
    },
    {
      name: 'adapters-are-strangers',
      comment:
        'One outside thing each. What two adapters share belongs to core, or is wired together in src/wire; only HTTP itself (proxy, trust, bounds) is a room that those who speak it share.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: ['^src/adapters/$1/', '^src/adapters/http/'] },
    },
    {
      name: 'http-serves-two',
      comment:
        'adapters/http knows neither SCIM nor shipping, and only those two speak it: who sends what to whom stays easy to see.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/(http|scim|ship)/' },
      to: { path: '^src/adapters/http/' },
    },
    {
      name: 'only-wire-chooses',
      comment: 'Who picks adapters is src/wire alone; everybody else gets ports.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(wire|adapters)/' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'nothing-depends-on-the-command-line',
      comment: 'src/cli is the outermost room: it prints and sets the exit code for what the others return.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-worker-stays-lean',
      comment:
        'The worker starts after a checkout: no terminal, no command line, no web framework may get into its bundle.',
      severity: 'error',
      from: { path: '^src/worker/' },
      to: {
        reachable: true,
        path: '^src/(cli|directory)/|node_modules/(commander|chalk|yocto-spinner|express|scimmy)',
      },
    },
    {
      name: 'the-directory-stands-alone',
      comment:
        'The embedded directory is a stranger to the client that talks to it: it shares no code with it, or a mistake would agree with itself.',
      severity: 'error',
      from: { path: '^src/directory/' },
      to: { path: '^src/', pathNot: '^src/directory/' },
    },
    {
      name: 'the-page-stands-alone',
      comment:
        'src/report runs in a browser: it knows core and the plotting library, and no other room loads what only it needs.',
      severity: 'error',
      from: { path: '^src/report/' },
      to: { pathNot: '^src/(core|report)/|node_modules/(@observablehq/plot|d3|isoformat|interval-tree-1d)' },
    },
    {
      name: 'nothing-loads-the-page',
      comment:
        'The page of the report is built into one file; a command reads that file, and loads no browser code.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/report/' },
      to: { path: '^src/report/|node_modules/(@observablehq/plot|d3)' },
    },
    {
      name: 'one-printer',
      comment:
        'Colour and motion are screen.ts alone, so that NO_COLOR, pipes and --json are right everywhere.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/screen\\.ts$' },
      to: { path: 'node_modules/(chalk|yocto-spinner)/' },
    },
    {
      name: 'http-in-one-place',
      comment:
        'Only adapters/http opens connections, for adapters/scim, which has the token, and adapters/ship, which never sees it. disk/kernel-lock.ts talks to nobody: it binds a name that only the kernel of this machine knows, because that is freed when its holder dies.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/((adapters/http|directory)/|adapters/disk/kernel-lock\\.ts$)' },
      to: { path: '^(node:)?(https?|net|tls|dgram|http2)$|node_modules/undici/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or lack a third.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'Nobody needs this file: delete it.',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      comment:
        'This import finds nothing; with TypeScript out of range every rule here would be green for ever.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
