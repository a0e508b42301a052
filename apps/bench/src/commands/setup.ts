import { Command } from 'commander'
import { line, type Io } from '../io.ts'
import { setupTensorFlow, undoTensorFlow } from '../setup/setup-tensorflow.ts'
import { program } from '../program.ts'

interface Flags {
  readonly gpu?: boolean
  readonly from?: string
  readonly sha256?: string
  readonly cuda: boolean
  readonly force?: boolean
  readonly undo?: boolean
}

export function setupCommand(io: Io, done: (code: number) => void): Command {
  const tensorflow = new Command('tensorflow')
    .description(
      'Puts libtensorflow and its binding into your cache folder, for --device tensorflow and gpu.',
    )
    .option('--gpu', 'the library for CUDA, with the CUDA libraries it needs (6 GB)')
    .option(
      '--from <what>',
      'wheel (of PyPI, with pip), archive (of tfjs-node), an address, a file or a folder (default: wheel)',
    )
    .option('--sha256 <hex>', 'what the file has to be, where it is not known here')
    .option('--no-cuda', 'with --gpu: use the CUDA libraries that this machine has')
    .option('--force', 'even if the same library is there already')
    .option('--undo', 'remove it; with --gpu only the one for CUDA')
    .action(async (flags: Flags) => {
      const say = (text: string) => line(io.stderr, text)
      if (flags.undo === true) {
        const removed = undoTensorFlow(flags.gpu === true ? ['gpu'] : ['cpu', 'gpu'], io.env)
        if (removed.length === 0) line(io.stdout, 'nothing to remove')
        for (const path of removed) line(io.stdout, `removed ${path}`)
        done(0)
        return
      }
      const { version, gpu, folder, provision, changed } = await setupTensorFlow({
        flavour: flags.gpu === true ? 'gpu' : 'cpu',
        from: flags.from ?? null,
        sha256: flags.sha256 ?? null,
        cuda: flags.cuda,
        force: flags.force === true,
        env: io.env,
        say,
      })
      line(
        io.stdout,
        `TensorFlow ${version} (${provision.from}) ${changed ? 'is ready' : 'was there already'} in ${folder}; it ${gpu ? 'sees a GPU' : 'runs on the processor'}`,
      )
      if (flags.gpu === true && !gpu)
        line(
          io.stderr,
          'no GPU was found: the NVIDIA driver has to be installed and the GPU visible (nvidia-smi); recdistill doctor tells more',
        )
      line(io.stdout, `use it with: ${program} bench --device ${gpu ? 'gpu' : 'tensorflow'}`)
      done(0)
    })
  return new Command('setup')
    .description('Provides optional parts that npm cannot install.')
    .addCommand(tensorflow)
}
