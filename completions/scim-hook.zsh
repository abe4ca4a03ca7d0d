#compdef scim-hook
# zsh completion for scim-hook. Names are quoted by compadd, never evaluated.
_scim_hook() {
  local answer name about
  local -a found
  for answer in "${(@f)$(command scim-hook __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}"; do
    case $answer in
      '') ;;
      files)
        _files
        return
        ;;
      *)
        name=${answer%%$'\t'*}
        about=${answer#*$'\t'}
        name=${name//\\/\\\\}
        found+=("${name//:/\\:}${about:+:$about}")
        ;;
    esac
  done
  (( $#found )) && _describe scim-hook found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _scim_hook "$@"
else
  compdef _scim_hook scim-hook
fi
