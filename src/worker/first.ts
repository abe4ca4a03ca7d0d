// What a worker does before anything else is loaded.
import { WORKER_TITLE } from '../core/worker-title.ts';

// The terminal that git ran in may close at any time; that must not end a change half way.
process.on('SIGHUP', () => {});
// The hook knows a living worker by this name.
process.title = WORKER_TITLE;
