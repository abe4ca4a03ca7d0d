// The shells that can be taught to complete, and how; their scripts lie in `completions/`.

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What the scripts call. Not a command: it answers shells, and whatever goes wrong it says nothing. */
export const COMPLETE = '__complete';

export const WHERE_IT_GOES = `
Where it goes:
  bash, with bash-completion, once:
    $ mkdir -p ~/.local/share/bash-completion/completions
    $ scim-hook completion bash > ~/.local/share/bash-completion/completions/scim-hook
  bash without it, a line in ~/.bashrc:
    eval "$(scim-hook completion bash)"
  zsh, once, and a line in ~/.zshrc above compinit:
    $ mkdir -p ~/.zfunc && scim-hook completion zsh > ~/.zfunc/_scim-hook
    fpath=(~/.zfunc $fpath)
  fish, once:
    $ mkdir -p ~/.config/fish/completions
    $ scim-hook completion fish > ~/.config/fish/completions/scim-hook.fish
Open a new shell afterwards.`;
