/** Paths of files as a registry names them: relative, with `/`, nothing that leads out or cannot be shown. */

const MAX_PATH = 255

/** False for absolute paths, `.` and `..`, back-slashes, control characters and text that is no Unicode. */
export const isArtifactPath = (path: string): boolean =>
  path.length > 0 &&
  path.length <= MAX_PATH &&
  path.isWellFormed() &&
  !/[\\\p{C}\p{Zl}\p{Zp}\ufffd]/u.test(path) &&
  !/^[A-Za-z]:/.test(path) &&
  path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
