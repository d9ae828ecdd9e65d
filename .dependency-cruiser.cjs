// The import rule of the house: data goes one way through the folders, and a folder imports only from those below it.
const order = [['sim'], ['models'], ['scenario'], ['studies'], ['calibration', 'report'], ['bin']];

const rules = [];
order.forEach((level, depth) => {
  for (const folder of level) {
    const above = order.slice(depth + 1).flat();
    const beside = level.filter((other) => other !== folder);
    const forbidden = [...above, ...beside];
    if (forbidden.length > 0) {
      rules.push({
        name: `${folder}-imports-only-from-below`,
        severity: 'error',
        from: { path: `^${folder}/` },
        to: { path: `^(${forbidden.join('|')})/` },
      });
    }
  }
});

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'models-read-no-scenario',
      comment: 'a command reaches the models only through scenario and studies',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^(models|sim)/' },
    },
    {
      name: 'core-runs-anywhere',
      comment: 'sim, models and scenario use nothing of Node, so that the page can import them',
      severity: 'error',
      from: { path: '^(sim|models|scenario)/' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'product-imports-no-test',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|out)/' },
  },
};
