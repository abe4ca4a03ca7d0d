# bash completion for scim-hook, from bash 3.2 on; bash-completion is not needed.
# `compgen -W` is not used: it would run a branch that is named $(command) as that command.
_scim_hook() {
  local answer
  COMPREPLY=()
  while IFS= read -r answer; do
    case $answer in
      files) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("${answer%%$'\t'*}") ;;
    esac
  done < <(command scim-hook __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
}
complete -F _scim_hook scim-hook
