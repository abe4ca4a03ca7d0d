// What the worker is called where a process's name can be seen; the hook's text has it too.
export const WORKER_TITLE = 'scim-hook';
