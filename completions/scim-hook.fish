# fish completion for scim-hook. Names are inserted escaped by fish, never evaluated.
function __scim_hook_complete
    set -l words (commandline -opc)
    set -l answers (command scim-hook __complete fish $words[2..] (commandline -ct) 2>/dev/null </dev/null)
    if test "$answers" = files
        __fish_complete_path (commandline -ct)
    else if test (count $answers) -gt 0
        printf '%s\n' $answers
    end
end
complete -c scim-hook -e
complete -c scim-hook -f -a '(__scim_hook_complete)'
