/** The second door of kit: errors, asset paths and guesses, without any third-party package, for programs that must start fast. */
export * from './app-error.ts'
export * from './assets.ts'
export { closest } from './closest.ts'
export * from './define-errors.ts'
export * from './error-mapping.ts'
