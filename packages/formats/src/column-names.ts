/** Names under which tables have their users, without case and punctuation; the first that is there wins. */
export const userColumns: readonly string[] =
  'user userid users uid useridx reviewerid customer customerid visitor visitorid member memberid account accountid sessionid'.split(
    ' ',
  )

/** The same for items. */
export const itemColumns: readonly string[] =
  `item itemid items iid itemidx movieid movie parentasin asin productid product artistid businessid bookid isbn
   songid trackid articleid newsid venueid locationid poiid poi gameid appid adid sku`.split(/\s+/)
