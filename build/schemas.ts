// The JSON Schemas that ship with the package, generated from the schemas the code itself checks and prints with.
import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from '../src/adapters/config/schema.ts';
import {
  doctorDocument,
  errorDocument,
  noticeDocument,
  statusDocument,
  sweepDocument,
  syncDocument,
  trustDocument,
  whyDocument,
} from '../src/cli/documents.ts';
import { showDocument, summaryDocument } from '../src/cli/log-documents.ts';
import { loginDocument, logoutDocument } from '../src/cli/login-documents.ts';
import {
  directoryDocument,
  initDocument,
  installDocument,
  logDocument,
  revokeDocument,
  uninstallDocument,
} from '../src/cli/place-documents.ts';
import { reconcileDocument } from '../src/cli/reconcile-document.ts';
import { reportDocument } from '../src/cli/report-document.ts';
import { pushDocument } from '../src/cli/ship-documents.ts';
import { userDocument, whoDocument } from '../src/cli/span-documents.ts';
import { checkpointDocument, verifyDocument } from '../src/cli/verify-document.ts';
import { configWords } from './config-words.ts';
import { withWords } from './editor-schema.ts';

/** What a person writes, where defaults may be left out; what we print has them all. */
const written = { typeMode: 'input', errorMode: 'ignore' } as const;

/** By their path in the package. */
export const schemas = {
  'scimsyncrc.schema.json': {
    title: '.scimsyncrc of scim-hook',
    ...withWords(toJsonSchema(configSchema, written), configWords),
  },
  'schemas/sync.schema.json': {
    title: '`scim-hook sync --json` and `plan --json`',
    ...toJsonSchema(syncDocument),
  },
  'schemas/status.schema.json': { title: '`scim-hook status --json`', ...toJsonSchema(statusDocument) },
  'schemas/trust.schema.json': { title: '`scim-hook trust --json`', ...toJsonSchema(trustDocument) },
  'schemas/notice.schema.json': {
    title: 'what the command of `scim-hook.notify` reads',
    ...toJsonSchema(noticeDocument),
  },
  'schemas/login.schema.json': { title: '`scim-hook login --json`', ...toJsonSchema(loginDocument) },
  'schemas/logout.schema.json': { title: '`scim-hook logout --json`', ...toJsonSchema(logoutDocument) },
  'schemas/sweep.schema.json': { title: '`scim-hook sweep --json`', ...toJsonSchema(sweepDocument) },
  'schemas/reconcile.schema.json': {
    title: '`scim-hook reconcile --json`',
    ...toJsonSchema(reconcileDocument),
  },
  'schemas/why.schema.json': { title: '`scim-hook why --json`', ...toJsonSchema(whyDocument) },
  'schemas/init.schema.json': { title: '`scim-hook init --json`', ...toJsonSchema(initDocument) },
  'schemas/install.schema.json': { title: '`scim-hook install --json`', ...toJsonSchema(installDocument) },
  'schemas/uninstall.schema.json': {
    title: '`scim-hook uninstall --json`',
    ...toJsonSchema(uninstallDocument),
  },
  'schemas/revoke.schema.json': { title: '`scim-hook revoke --json`', ...toJsonSchema(revokeDocument) },
  'schemas/log.schema.json': {
    title: '`scim-hook log --json`',
    ...toJsonSchema(logDocument, { ignoreActions: ['readonly'] }),
  },
  'schemas/log-show.schema.json': {
    title: '`scim-hook log show --json`',
    ...toJsonSchema(showDocument, { ignoreActions: ['readonly'] }),
  },
  'schemas/log-summary.schema.json': {
    title: '`scim-hook log summary --json`',
    ...toJsonSchema(summaryDocument, { ignoreActions: ['readonly'] }),
  },
  'schemas/log-who.schema.json': { title: '`scim-hook log who --json`', ...toJsonSchema(whoDocument) },
  'schemas/log-user.schema.json': { title: '`scim-hook log user --json`', ...toJsonSchema(userDocument) },
  'schemas/log-report.schema.json': {
    title: '`scim-hook log report --json`',
    ...toJsonSchema(reportDocument),
  },
  'schemas/log-push.schema.json': { title: '`scim-hook log push --json`', ...toJsonSchema(pushDocument) },
  'schemas/directory.schema.json': {
    title: '`scim-hook directory --json`',
    ...toJsonSchema(directoryDocument),
  },
  'schemas/doctor.schema.json': { title: '`scim-hook doctor --json`', ...toJsonSchema(doctorDocument) },
  'schemas/log-verify.schema.json': {
    title: '`scim-hook log verify --json`',
    ...toJsonSchema(verifyDocument),
  },
  'schemas/log-checkpoint.schema.json': {
    title: '`scim-hook log checkpoint --json`',
    ...toJsonSchema(checkpointDocument),
  },
  'schemas/error.schema.json': { title: 'any failure with --json', ...toJsonSchema(errorDocument) },
};
