import type { Command } from 'commander';
import { bundleFolders, findBundle, listBundles, readManifest } from '../../bundles/directory.js';
import { loadSkills } from '../../bundles/skills.js';
import { problemText } from '../../config/error.js';
import { addBundleChanges } from './bundle-changes.js';

/** `bundle`: which bundles there are, what is in one, whether it can be used, and adding and removing them. */
export function addBundleCommands(program: Command): void {
  const bundle = program.command('bundle').description('Shows, checks, adds and removes the bundles that --bundle can name');

  bundle
    .command('list')
    .description('Lists the bundles of ./bundles and those that come with loomcycle')
    .option('--json', 'answers as JSON')
    .action(({ json }: { json?: boolean }) => {
      const entries = listBundles(bundleFolders());
      if (json) {
        return console.log(JSON.stringify(entries.map(({ name, from, file, bundle: manifest, problems }) => ({
          name, from, file, version: manifest?.version, description: manifest?.description, problems: problems.map(problemText),
        }))));
      }
      for (const { name, bundle: manifest, problems } of entries) {
        console.log(manifest ? `${name} ${manifest.version}  ${manifest.description}` : `${name}  cannot be used: ${problems.map(problemText).join('; ')}`);
      }
    });

  bundle
    .command('show')
    .description('Shows the manifest and the skills of a bundle')
    .argument('<name>', 'its name')
    .option('--json', 'answers as JSON')
    .action((name: string, { json }: { json?: boolean }) => {
      const manifest = readManifest(findBundle(name, bundleFolders()));
      const { skills, warnings } = loadSkills([manifest]);
      const { version, description, requires, file } = manifest;
      const shown = { name, version, description, requires, file, skills: skills.map((skill) => ({ name: skill.name, description: skill.description })) };
      for (const warning of warnings) console.error(`warning: ${problemText(warning)}`);
      if (json) return console.log(JSON.stringify(shown));
      console.log(`${name} ${version}\n${description}\nfile      ${file}\nrequires  ${requires.join(', ') || 'nothing'}`);
      for (const skill of shown.skills) console.log(`skill     ${skill.name}: ${skill.description}`);
    });

  addBundleChanges(bundle);
}

/** The configuration files of bundles that were named. @throws ConfigError for a name that is none */
export function bundleFiles(names: readonly string[]): string[] {
  return names.map((name) => findBundle(name, bundleFolders()));
}
