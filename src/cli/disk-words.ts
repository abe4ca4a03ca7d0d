// What the operating system says of a file, in words.

export function diskWords(problem: string): string {
  switch (problem) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'it is on a read-only file system';
    case 'EISDIR':
      return 'it is a directory';
    case 'foreign':
      return 'it belongs to somebody else (was this run with sudo?)';
    case 'EINVAL':
      return 'it is no plain file';
    case 'ENOTDIR':
      return 'a part of its path is a file';
    default:
      return problem;
  }
}
