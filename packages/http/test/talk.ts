import { connect, type Socket } from 'node:net'

/** Sends bytes as they are and gathers what comes back until the other side closes, or `milliseconds` have passed. */
export async function talk(
  port: number,
  pieces: string | Uint8Array | readonly (string | Uint8Array)[],
  {
    milliseconds = 5000,
    pause = 0,
    end = false,
  }: { milliseconds?: number; pause?: number; end?: boolean } = {},
): Promise<{ readonly text: string; readonly closed: boolean }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (part: string) => (text += part))
  socket.on('error', () => undefined) // whoever refuses a request may hang up
  const closed = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), milliseconds)
    socket.on('close', () => {
      clearTimeout(late)
      resolve(true)
    })
  })
  for (const piece of typeof pieces === 'string' || pieces instanceof Uint8Array ? [pieces] : pieces) {
    if (!(await written(socket, piece))) break
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  if (end) socket.end()
  const result = { closed: await closed, text }
  socket.destroy()
  return { ...result, text }
}

function written(socket: Socket, piece: string | Uint8Array): Promise<boolean> {
  if (socket.destroyed) return Promise.resolve(false)
  return new Promise((resolve) =>
    socket.write(piece, (error) => resolve(error === null || error === undefined)),
  )
}
