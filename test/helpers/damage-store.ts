/** Damages a store as whoever can write its file can. */
import { crc32 } from "node:zlib";
import type { StoreDatabase } from "../../src/store/database.ts";

/** Offset of the nonce of account 0 in the part of a snapshot that has the first page. */
const NONCE_AT = 8 + 73 * 32 + 65 * 4 + 4;

/** Changes the nonce of account 0 in the newest snapshot, with a checksum that is right. */
export async function damageAccount({ queries, transact }: StoreDatabase): Promise<void> {
  const part = await queries
    .selectFrom("snapshot_parts")
    .selectAll()
    .where("kind", "=", "pages")
    .orderBy("sequence", "desc")
    .executeTakeFirstOrThrow();
  const pages = Buffer.from(part.data, "base64");
  pages.writeUInt8(pages.at(NONCE_AT)! ^ 1, NONCE_AT);
  const data = pages.toString("base64");
  const update = queries
    .updateTable("snapshot_parts")
    .set({ data, checksum: crc32(data) })
    .where("sequence", "=", part.sequence)
    .where("part", "=", part.part);
  await transact({ statements: [update.compile()] });
}
