package main

// The scripts ask for offers, and complete the names of files where one of them says
// that they belong there.
var completionScripts = map[string]string{
	"bash": `_tiledesk_jwt() {
  local IFS=$'\n' offer
  COMPREPLY=()
  for offer in $(tiledesk-jwt __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    if [[ $offer == ':files' ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("$offer")
    fi
  done
}
complete -F _tiledesk_jwt tiledesk-jwt
`,
	"zsh": `#compdef tiledesk-jwt
_tiledesk_jwt() {
  local -a offers
  offers=("${(@f)$(tiledesk-jwt __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( ${offers[(Ie):files]} )); then
    offers=("${(@)offers:#:files}")
    _files
  fi
  [[ -n "${offers[1]}" ]] && compadd -- "${offers[@]}"
}
if [[ "${funcstack[1]}" == _tiledesk[-_]jwt ]]; then # loaded from fpath
  _tiledesk_jwt "$@"
else
  compdef _tiledesk_jwt tiledesk-jwt
fi
`,
	"fish": `function __tiledesk_jwt_offers
  set -l offers (tiledesk-jwt __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if contains -- ':files' $offers
    __fish_complete_path (commandline -ct)
  end
  string match -v -- ':files' $offers
end
complete -c tiledesk-jwt -f -a '(__tiledesk_jwt_offers)'
`,
	"powershell": `Register-ArgumentCompleter -Native -CommandName tiledesk-jwt -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') { $words += ':' } # not every version can pass an empty word
  $offers = @(tiledesk-jwt __complete @words 2>$null)
  if ($offers -contains ':files') { return } # PowerShell itself knows the files
  if ($offers.Count -eq 0) { return '' }
  $offers | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
}
