//! Brings the copies of shops and products up to date with the services that own them, or compares the two.

use std::collections::{BTreeMap, BTreeSet};

use diesel_async::AsyncConnection;
use souk_clients::product::ProductClient;
use souk_clients::shop::ShopClient;
use souk_clients::snapshots::{MAX_SNAPSHOTS, VersionedProduct, VersionedShop};
use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{Key, Kind};
use crate::{Error, Result, ops, store};

/// The services that own what is searched.
#[derive(Clone)]
pub struct Sources {
    /// Products.
    pub products: ProductClient,
    /// Shops.
    pub shops: ShopClient,
}

/// What a service has in a range of ids.
pub struct SourcePage {
    kind: Kind,
    products: Vec<VersionedProduct>,
    shops: Vec<VersionedShop>,
    /// Versions with which things were deleted; `None` for what the service does not know at all.
    gone: BTreeMap<Uuid, Option<Gone>>,
    /// The last id of the range; `None` on the last page.
    pub next: Option<Uuid>,
}

#[derive(Clone, Copy)]
struct Gone {
    version: i64,
    shop_id: Uuid,
}

/// A difference between a service and its copy.
pub enum SourceDifference {
    /// The copy lacks it or is older; the service has this version.
    Behind(Key, i64),
    /// The service does not have it any more.
    LeftOver(Key),
}

impl Sources {
    /// The next things that a service has, and which of our rows between them it does not have.
    ///
    /// # Errors
    /// When the service or the database fails.
    pub async fn page(&self, conn: &mut Conn, kind: Kind, after: Option<Uuid>) -> Result<SourcePage> {
        let (mut page, mut known) = match kind {
            Kind::Product => {
                let read = self.products.snapshots(after, MAX_SNAPSHOTS).await?;
                // What the service cannot read itself is left as it is.
                let known: BTreeSet<Uuid> = read.unreadable.iter().copied().collect();
                let page = SourcePage::new(kind, read.items, Vec::new(), read.next);
                (page, known)
            }
            Kind::Shop => {
                let read = self.shops.snapshots(after, MAX_SNAPSHOTS).await?;
                let mut page = SourcePage::new(kind, Vec::new(), read.items, read.next);
                let gone = read.gone.iter();
                page.add_gone(gone.map(|gone| (gone.shop_id, gone.shop_id, gone.version)));
                (page, BTreeSet::new())
            }
        };
        known.extend(page.ids());
        known.extend(page.gone.keys());
        let unknown = rows_between(conn, kind, after, page.next, &known).await?;
        for ids in unknown.chunks(usize::try_from(MAX_SNAPSHOTS).unwrap_or(1)) {
            self.look_up(&mut page, ids).await?;
        }
        Ok(page)
    }

    /// What became of rows that were not on the page: they may have been added meanwhile.
    async fn look_up(&self, page: &mut SourcePage, ids: &[Uuid]) -> Result<()> {
        match page.kind {
            Kind::Product => {
                let answer = self.products.snapshots_of(ids).await?;
                page.products.extend(answer.items);
                page.gone.extend(answer.missing.into_iter().map(|id| (id, None)));
                let gone = answer.gone.iter();
                page.add_gone(gone.map(|gone| (gone.product_id, gone.shop_id, gone.version)));
            }
            Kind::Shop => {
                let answer = self.shops.snapshots_of(ids).await?;
                page.shops.extend(answer.items);
                page.gone.extend(answer.missing.into_iter().map(|id| (id, None)));
                let gone = answer.gone.iter();
                page.add_gone(gone.map(|gone| (gone.shop_id, gone.shop_id, gone.version)));
            }
        }
        Ok(())
    }
}

impl SourcePage {
    fn new(
        kind: Kind,
        products: Vec<VersionedProduct>,
        shops: Vec<VersionedShop>,
        next: Option<Uuid>,
    ) -> Self {
        Self {
            kind,
            products,
            shops,
            gone: BTreeMap::new(),
            next,
        }
    }

    /// Notes what was deleted: its id, its shop and the version of its deletion.
    fn add_gone(&mut self, gone: impl Iterator<Item = (Uuid, Uuid, i64)>) {
        self.gone
            .extend(gone.map(|(id, shop_id, version)| (id, Some(Gone { version, shop_id }))));
    }

    fn ids(&self) -> Vec<Uuid> {
        self.versions().into_keys().collect()
    }

    /// How many things the service has.
    pub fn len(&self) -> usize {
        self.products.len() + self.shops.len()
    }

    fn versions(&self) -> BTreeMap<Uuid, i64> {
        let products = self
            .products
            .iter()
            .map(|item| (item.product.product_id, item.version));
        let shops = self.shops.iter().map(|item| (item.shop.shop_id, item.version));
        products.chain(shops).collect()
    }

    /// Brings the rows up to date. Newer rows stay: their events were faster than the page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save(&self, conn: &mut Conn) -> Result<()> {
        conn.transaction(async |tx| {
            for item in &self.shops {
                ops::keep_shop(tx, &item.shop, item.version).await?;
            }
            for item in &self.products {
                ops::keep_product(tx, &item.product, item.version).await?;
            }
            for (id, gone) in &self.gone {
                match (gone, self.kind) {
                    (Some(gone), Kind::Shop) => ops::drop_shop(tx, *id, gone.version).await?,
                    (Some(gone), Kind::Product) => {
                        ops::drop_product(tx, *id, gone.shop_id, gone.version).await?;
                    }
                    (None, kind) => ops::drop_unknown(tx, kind, *id).await?,
                }
            }
            Ok::<_, Error>(())
        })
        .await
    }

    /// How the rows differ.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn differences(&self, conn: &mut Conn) -> Result<Vec<SourceDifference>> {
        let there = self.versions();
        let ids: Vec<Uuid> = there.keys().chain(self.gone.keys()).copied().collect();
        let rows: BTreeMap<Uuid, i64> = versions(conn, self.kind, &ids).await?.into_iter().collect();
        let alive: BTreeSet<Uuid> = alive(conn, self.kind, &ids).await?.into_iter().collect();
        let key = |id| Key { kind: self.kind, id };
        let behind = there
            .iter()
            .filter(|(id, version)| rows.get(id).is_none_or(|row| row < version))
            .map(|(id, version)| SourceDifference::Behind(key(*id), *version));
        let left_over = self
            .gone
            .keys()
            .filter(|id| alive.contains(id))
            .map(|id| SourceDifference::LeftOver(key(*id)));
        Ok(behind.chain(left_over).collect())
    }
}

/// Our rows between two ids that are not known.
async fn rows_between(
    conn: &mut Conn,
    kind: Kind,
    after: Option<Uuid>,
    until: Option<Uuid>,
    known: &BTreeSet<Uuid>,
) -> Result<Vec<Uuid>> {
    let rows = match kind {
        Kind::Shop => store::shops::alive_between(conn, after, until).await?,
        Kind::Product => store::products::alive_between(conn, after, until).await?,
    };
    Ok(rows.into_iter().filter(|id| !known.contains(id)).collect())
}

/// The versions of the latest events of these rows.
pub async fn versions(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    match kind {
        Kind::Shop => store::shops::versions(conn, ids).await,
        Kind::Product => store::products::versions(conn, ids).await,
    }
}

/// Which of these rows stand for something that is there.
pub async fn alive(conn: &mut Conn, kind: Kind, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    match kind {
        Kind::Shop => store::shops::alive(conn, ids).await,
        Kind::Product => store::products::alive(conn, ids).await,
    }
}
