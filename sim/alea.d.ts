// @types/seedrandom describes only the package's entry, which would bring all seven generators along.
declare module 'seedrandom/lib/alea.js' {
  function alea(seed: string): { readonly double: () => number };
  export = alea;
}
