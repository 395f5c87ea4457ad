/** The scripts that teach a shell to ask `rampart __complete WORD…` what may stand at the cursor. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The last line of an answer that leaves the rest to the shell's own completion of files. */
export const FILES_MARK = ':files'

// The line is split at blanks only: COMP_WORDS would break NAME:VERSION apart, and what is returned must then be without
// the part before the last colon, which bash keeps.
const BASH = `# rampart completion bash: source it, or put it into the folder of bash-completion.
_rampart() {
  local line="\${COMP_LINE:0:COMP_POINT}" cur answer word files=
  local -a words
  read -r -a words <<< "$line"
  case "$line" in *[[:space:]]) words+=("") ;; esac
  cur="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  answer="$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)" || return 0
  while IFS= read -r word; do
    if [ "$word" = '${FILES_MARK}' ]; then files=yes
    elif [ -n "$word" ]; then COMPREPLY+=("$word"); fi
  done <<< "$answer"
  if [ -n "$files" ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
  fi
  case "$cur" in
    *:*) case "$COMP_WORDBREAKS" in
      *:*) local i head="\${cur%:*}:"; for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]="\${COMPREPLY[i]#"$head"}"; done ;;
    esac ;;
  esac
}
complete -F _rampart rampart
`

const ZSH = `#compdef rampart
# rampart completion zsh: save it as _rampart in a folder of $fpath, or source it after compinit.
_rampart() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${found[(Ie)${FILES_MARK}]} )); then
    found=("\${(@)found:#${FILES_MARK}}")
    _files
  fi
  found=("\${(@)found:#}")
  (( \${#found} )) && compadd -- "\${found[@]}"
}
if [ "\${funcstack[1]}" = _rampart ]; then _rampart "$@"; else compdef _rampart rampart; fi
`

const FISH = `# rampart completion fish: save it as ~/.config/fish/completions/rampart.fish.
function __rampart_complete
  set -l words (commandline -opc) (commandline -ct)
  for word in ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$word" = '${FILES_MARK}'
      __fish_complete_path (commandline -ct)
    else
      echo $word
    end
  end
end
complete -c rampart -f -a '(__rampart_complete)'
`

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
