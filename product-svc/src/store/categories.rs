//! The tree of categories.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, exists, now};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_db::Conn;
use uuid::Uuid;

use super::schema::{categories, product_categories, products};
use crate::Result;
use crate::domain::{Category, CategoryId, MAX_CATEGORIES};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = categories)]
struct CategoryRow {
    id: Uuid,
    parent_id: Option<Uuid>,
    name: String,
    slug: String,
    path: Vec<Uuid>,
}

impl From<CategoryRow> for Category {
    fn from(row: CategoryRow) -> Self {
        Self {
            id: CategoryId(row.id),
            parent_id: row.parent_id.map(CategoryId),
            name: row.name,
            slug: row.slug,
            path: row.path.into_iter().map(CategoryId).collect(),
        }
    }
}

impl From<&Category> for CategoryRow {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id.0,
            parent_id: category.parent_id.map(|id| id.0),
            name: category.name.clone(),
            slug: category.slug.clone(),
            path: ids(&category.path),
        }
    }
}

fn ids(path: &[CategoryId]) -> Vec<Uuid> {
    path.iter().map(|id| id.0).collect()
}

/// Every category, in the order in which siblings are shown.
pub async fn all(conn: &mut Conn) -> Result<Vec<Category>> {
    let rows = categories::table
        .order((categories::name, categories::id))
        .limit(MAX_CATEGORIES)
        .select(CategoryRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Category::from).collect())
}

/// The category of that id.
pub async fn find(conn: &mut Conn, id: CategoryId) -> Result<Option<Category>> {
    let row = categories::table
        .find(id.0)
        .select(CategoryRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Category::from))
}

/// The category of that slug.
pub async fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Category>> {
    let row = categories::table
        .filter(categories::slug.eq(slug))
        .select(CategoryRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Category::from))
}

/// The category itself and everything below it, in the order in which siblings are shown.
pub async fn subtree(conn: &mut Conn, id: CategoryId) -> Result<Vec<Category>> {
    let rows = categories::table
        .filter(categories::path.contains(vec![id.0]))
        .order((categories::name, categories::id))
        .limit(MAX_CATEGORIES)
        .select(CategoryRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Category::from).collect())
}

/// The categories of these ids and all above them.
pub async fn with_ancestors(conn: &mut Conn, some: &[CategoryId]) -> Result<BTreeMap<CategoryId, Category>> {
    if some.is_empty() {
        return Ok(BTreeMap::new());
    }
    let paths: Vec<Vec<Uuid>> = categories::table
        .filter(categories::id.eq_any(ids(some)))
        .select(categories::path)
        .load(conn)
        .await?;
    let rows = categories::table
        .filter(categories::id.eq_any(paths.concat()))
        .select(CategoryRow::as_select())
        .load(conn)
        .await?;
    let by_id = |row: CategoryRow| {
        let category = Category::from(row);
        (category.id, category)
    };
    Ok(rows.into_iter().map(by_id).collect())
}

/// Which of these ids are categories.
pub async fn known(conn: &mut Conn, some: &[CategoryId]) -> Result<Vec<CategoryId>> {
    let found: Vec<Uuid> = categories::table
        .filter(categories::id.eq_any(ids(some)))
        .select(categories::id)
        .load(conn)
        .await?;
    Ok(found.into_iter().map(CategoryId).collect())
}

/// Keeps the tree as it is until the transaction ends, beside others who do the same: whoever puts a product into a
/// category tells the names of all above it, and a change of one of those waits, and then sees the product.
pub async fn share_tree(tx: &mut Conn) -> Result<()> {
    diesel::sql_query("lock table categories in row exclusive mode")
        .execute(tx)
        .await?;
    Ok(())
}

/// Locks the tree until the transaction ends, to change it; readers are not kept out.
pub async fn lock_tree(tx: &mut Conn) -> Result<()> {
    diesel::sql_query("lock table categories in share row exclusive mode")
        .execute(tx)
        .await?;
    Ok(())
}

/// How many categories there are.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    Ok(categories::table.select(count_star()).get_result(conn).await?)
}

/// Adds a category.
pub async fn insert(tx: &mut Conn, category: &Category) -> Result<()> {
    diesel::insert_into(categories::table)
        .values(CategoryRow::from(category))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes what an operator may change, and the paths of everything below where the place changed.
pub async fn save(tx: &mut Conn, category: &Category, old_path: &[CategoryId]) -> Result<()> {
    diesel::update(categories::table.find(category.id.0))
        .set((
            categories::name.eq(&category.name),
            categories::slug.eq(&category.slug),
            categories::parent_id.eq(category.parent_id.map(|id| id.0)),
            categories::updated_at.eq(now),
        ))
        .execute(tx)
        .await?;
    if category.path != old_path {
        let depth = i64::try_from(old_path.len()).unwrap_or(i64::MAX);
        diesel::sql_query(
            "update categories set path = $1 || path[$2::int + 1:], updated_at = now() where path @> array[$3]",
        )
        .bind::<Array<SqlUuid>, _>(ids(&category.path))
        .bind::<BigInt, _>(depth)
        .bind::<SqlUuid, _>(category.id.0)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Whether something lies below it.
pub async fn has_children(conn: &mut Conn, id: CategoryId) -> Result<bool> {
    let children = categories::table.filter(categories::parent_id.eq(id.0));
    Ok(diesel::select(exists(children)).get_result(conn).await?)
}

/// Whether products lie in it that were not deleted.
pub async fn has_products(conn: &mut Conn, id: CategoryId) -> Result<bool> {
    let live = product_categories::table
        .inner_join(products::table)
        .filter(product_categories::category_id.eq(id.0))
        .filter(products::archived_at.is_null());
    Ok(diesel::select(exists(live)).get_result(conn).await?)
}

/// Removes a category, and deleted products from it.
pub async fn delete(tx: &mut Conn, id: CategoryId) -> Result<()> {
    diesel::delete(product_categories::table.filter(product_categories::category_id.eq(id.0)))
        .execute(tx)
        .await?;
    diesel::delete(categories::table.find(id.0)).execute(tx).await?;
    Ok(())
}
