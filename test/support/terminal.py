# Runs a command on a pseudo-terminal of some size: argv is columns, then the command. What comes in on stdin is typed,
# what the terminal shows goes to stdout, and the status is the command's, 128 + N where signal N ended it.
import fcntl, os, pty, select, struct, sys, termios

go, start = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    # The size must be there before the command looks.
    os.read(go, 1)
    os.close(go)
    os.close(start)
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
os.write(start, b".")
keys = [0]
while True:
    ready, _, _ = select.select([terminal] + keys, [], [])
    if 0 in ready:
        typed = os.read(0, 65536)
        if typed:
            os.write(terminal, typed)
        else:
            keys = []
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:
            break
        if not shown:
            break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
