// The version of the package, for the log, the User-Agent and `--version`.
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
