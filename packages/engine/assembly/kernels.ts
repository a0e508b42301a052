import { Kernel } from '../src/wasm/layout'
import { catchUp } from './adam'
import { backgroundSums, backgroundUsers } from './background'
import { backgroundJoin, backgroundPull } from './background-pull'
import { bprRows } from './bpr'
import { norms, pack } from './catalogue'
import { catalogueLoss } from './catalogue-loss'
import { checkIds } from './check-ids'
import { drawBestOfTwo } from './draw-best-of-two'
import { drawByCorrection } from './draw-by-correction'
import { drawByPosition } from './draw-by-position'
import { drawExcept } from './draw-except'
import { drawFirst } from './draw-first'
import { drawInOrder } from './draw-in-order'
import { drawNearlyClosed } from './draw-nearly-closed'
import { drawUnseen } from './draw-unseen'
import { accumulate } from './entries'
import { fillByPlace, fillOverlap } from './fills'
import { gather, selectRows } from './gather'
import { layersClear, layersDeliver, layersIn, layersJoin } from './layer-tables'
import { layers } from './layers'
import { laneRows } from './lanes'
import { listRows } from './list-rows'
import { pairCatalogue } from './pair-catalogue'
import { pairPull, pairSums } from './pair-pull'
import { pairScores } from './pair-scores'
import { product } from './product'
import { propagate } from './propagate'
import { rank } from './rank'

/** One piece of a job. `thread` names scratch memory and nothing else. */
export function run(kernel: u32, chunk: u32, thread: u32): void {
  switch (kernel) {
    case Kernel.checkIds: checkIds(chunk); break
    case Kernel.catchUp: catchUp(chunk); break
    case Kernel.listRows: listRows(chunk, thread); break
    case Kernel.bprRows: bprRows(chunk, thread); break
    case Kernel.laneRows: laneRows(chunk, thread); break
    case Kernel.accumulate: accumulate(chunk); break
    case Kernel.gather: gather(chunk); break
    case Kernel.selectRows: selectRows(chunk); break
    case Kernel.norms: norms(chunk); break
    case Kernel.pack: pack(chunk); break
    case Kernel.rank: rank(chunk, thread); break
    case Kernel.propagate: propagate(chunk); break
    case Kernel.layersIn: layersIn(chunk, thread); break
    case Kernel.layersDeliver: layersDeliver(chunk, thread); break
    case Kernel.layers: layers(chunk, thread); break
    case Kernel.layersJoin: layersJoin(chunk); break
    case Kernel.layersClear: layersClear(chunk); break
    case Kernel.backgroundUsers: backgroundUsers(chunk); break
    case Kernel.backgroundSums: backgroundSums(chunk, thread); break
    case Kernel.backgroundPull: backgroundPull(chunk, thread); break
    case Kernel.backgroundJoin: backgroundJoin(chunk); break
    case Kernel.catalogueLoss: catalogueLoss(chunk, thread); break
    case Kernel.drawFirst: drawFirst(chunk); break
    case Kernel.drawNearlyClosed: drawNearlyClosed(chunk, thread); break
    case Kernel.drawByCorrection: drawByCorrection(chunk, thread); break
    case Kernel.drawByPosition: drawByPosition(chunk, thread); break
    case Kernel.drawExcept: drawExcept(chunk, thread); break
    case Kernel.drawUnseen: drawUnseen(chunk, thread); break
    case Kernel.drawBestOfTwo: drawBestOfTwo(chunk, thread); break
    case Kernel.drawInOrder: drawInOrder(chunk, thread); break
    case Kernel.fillOverlap: fillOverlap(chunk, thread); break
    case Kernel.fillByPlace: fillByPlace(chunk, thread); break
    case Kernel.product: product(chunk); break
    case Kernel.pairScores: pairScores(chunk, thread); break
    case Kernel.pairPull: pairPull(chunk, thread); break
    case Kernel.pairSums: pairSums(chunk); break
    case Kernel.pairCatalogue: pairCatalogue(chunk, thread); break
    default: unreachable()
  }
}
