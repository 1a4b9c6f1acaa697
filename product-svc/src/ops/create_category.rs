//! Add a category.

use souk_db::Conn;
use uuid::Uuid;

use crate::domain::{Category, CategoryError, CategoryId, Invalid, MAX_CATEGORIES};
use crate::{Error, Result, store};

/// Adds a category below `parent`, with a slug made of its name unless one is given.
///
/// # Errors
/// [`CategoryError`] or [`Invalid`] when the tree cannot take it.
pub async fn create_category(
    tx: &mut Conn,
    name: String,
    slug: Option<String>,
    parent: Option<CategoryId>,
) -> Result<Category> {
    store::categories::lock_tree(tx).await?;
    let parent = find_parent(tx, parent).await?;
    let category = Category::new(CategoryId(Uuid::now_v7()), name, slug, parent.as_ref())?;
    Category::check_place(category.id, 1, parent.as_ref())?;
    if store::categories::count(tx).await? >= MAX_CATEGORIES {
        return Err(CategoryError::TooMany.into());
    }
    if store::categories::find_by_slug(tx, &category.slug)
        .await?
        .is_some()
    {
        return Err(CategoryError::SlugTaken.into());
    }
    store::categories::insert(tx, &category).await?;
    Ok(category)
}

/// The category above, if one is named.
pub(super) async fn find_parent(tx: &mut Conn, id: Option<CategoryId>) -> Result<Option<Category>> {
    let Some(id) = id else { return Ok(None) };
    let unknown = || Invalid::new("/parent_id", "unknown", "There is no such category.");
    Ok(Some(
        store::categories::find(tx, id)
            .await?
            .ok_or_else(|| Error::from(unknown()))?,
    ))
}
