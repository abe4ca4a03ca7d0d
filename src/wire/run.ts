// What `run` needs besides the clone: its mark, the signals, and somebody's command.
export { catchSignals, runCommand, type Signals, statusOf } from '../adapters/process/command.ts';
export { newRunMark } from '../adapters/process/run-mark.ts';
