// Chooses what `init` needs: branches, the places a config may lie at, and the file it makes.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { findConfigFile } from '../adapters/config/find-config.ts';
import { createFile } from '../adapters/disk/new-file.ts';
import type { InitPorts } from '../flow/init.ts';
import type { Here } from './here.ts';

const SCHEMA = './node_modules/scim-hook/scimsyncrc.schema.json';

export const initPorts = ({ ports, git, branchNames, place }: Here): InitPorts => ({
  repository: ports.repository,
  git,
  branchNames,
  configIn: findConfigFile,
  // Only where the package is, or will be after `npm install`: any other path is this machine's alone.
  schemaFrom: async (top) =>
    access(join(top, 'package.json')).then(
      () => SCHEMA,
      () => null,
    ),
  create: (file, text) => createFile(place.path, file, text),
});
