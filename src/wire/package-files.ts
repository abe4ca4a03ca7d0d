// Files that the package carries beside its code, found from wherever the code was bundled to.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageFile(name: string): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'hooks', 'post-checkout')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return join(directory, name);
}
