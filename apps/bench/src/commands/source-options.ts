import { splitRuleForms } from '@recdistill/data'
import { Option, type Command } from 'commander'

/** Options that say which interactions, shared by every command that reads some. */
export function withSource(command: Command): Command {
  return command
    .option('--dataset <name>', 'a named data set (see: recdistill list datasets)')
    .option(
      '--data <files...>',
      'files of interactions: CSV, TSV, JSON lines, Parquet, RecBole, adjacency lists',
    )
    .option(
      '--train <file>',
      'training interactions, when they are divided already; with --test and perhaps --valid',
    )
    .option('--valid <file>', 'validation interactions')
    .option('--test <file>', 'test interactions')
    .option(
      '--format <name>',
      'of the files: csv, inter, jsonl, parquet, adjacency, citeulike; else it is told by looking',
    )
    .option('--delimiter <text>', 'between columns, e.g. "," or "::"')
    .option(
      '--columns <names>',
      'columns of the files by name or place, none for one that is not read: user=uid,item=movie,rating=none,time=3',
    )
    .option('--encoding <name>', 'of the files: utf-8, latin-1 or utf-16')
    .option(
      '--decimal <sign>',
      'of fractions in the files: "," where 4,5 is meant, or "."; else it is told by looking',
    )
    .option('--time-format <text>', 'how the files write times, e.g. "%d.%m.%Y %H:%M"')
    .option('--skip-empty-ids', 'leave out rows without a user or an item')
    .option(
      '--where <column=values...>',
      'only rows with these values in a column, such as kinds of events: event=cart,purchase',
    )
    .option('--min-rating <number>', 'drop interactions rated below')
    .option('--max-per-user <n>', 'leave out users with more interactions: programs rather than people')
    .option('--k-core <n>', 'least interactions of a user and an item (or users:items)')
    .option('--split <rule>', `how to divide: a named split of the data set, or ${splitRuleForms.join('  ')}`)
    .option('--split-seed <n>', 'seed of a random split')
    .option('--data-dir <folder>', 'folder with local copies of data sets')
    .option('--cache <folder>', 'folder for downloads, prepared splits and teachers')
}

/** Options that say which teacher is brought along, shared by commands that distil. */
export function withTeacher(command: Command): Command {
  return command
    .option(
      '--teacher-from <path>',
      'an earlier run, or a teacher from elsewhere: vectors, top-K lists, a score matrix or an ONNX model',
    )
    .option(
      '--teacher-items <file>',
      'vectors of the items, where --teacher-from has those of the users alone',
    )
    .option('--teacher-user-ids <file>', 'ids of the teacher’s users in the order of rows, one a line')
    .option(
      '--teacher-item-ids <file>',
      'ids of the teacher’s items in the order of rows or columns, one a line',
    )
}

/** Options that say which values, shared by commands that train. */
export function withConfig(command: Command): Command {
  return command
    .option('--config <file>', 'YAML file with any of these values and more')
    .option('--preset <name>', 'a named set of values')
    .addOption(
      new Option(
        '--set <key=value...>',
        'any value of the configuration, e.g. rrd.K=50 teacher.weightDecay=1e-3',
      ),
    )
}
