// Runs before the first paint so that a dark-theme user never sees a white flash; a file because inline scripts are forbidden by the content security policy.
;(() => {
  let choice = 'system'
  try {
    choice = localStorage.getItem('rampart.theme') || 'system'
  } catch {
    // Storage may be refused; the system's theme is then right.
  }
  const dark =
    choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
