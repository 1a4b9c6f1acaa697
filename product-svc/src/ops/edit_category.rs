//! Rename or move a category.

use souk_db::Conn;

use super::create_category::find_parent;
use crate::domain::{Category, CategoryChange, CategoryError, CategoryId, check_slug};
use crate::{Error, Result, store};

/// Changes a category; the products in it and below it are told again.
///
/// # Errors
/// [`CategoryError`] or [`crate::domain::Invalid`] when the tree cannot be so.
pub async fn edit_category(tx: &mut Conn, id: CategoryId, change: CategoryChange) -> Result<Category> {
    store::categories::lock_tree(tx).await?;
    let before = store::categories::find(tx, id).await?.ok_or(Error::NotFound)?;
    let mut category = before.clone();
    if let Some(name) = change.name {
        category.name = name;
    }
    if let Some(slug) = change.slug {
        category.slug = check_slug(slug)?;
    }
    if let Some(parent) = change.parent_id {
        let parent = find_parent(tx, parent).await?;
        Category::check_place(id, height(tx, &before).await?, parent.as_ref())?;
        category.place_below(parent.as_ref());
    }
    if category == before {
        return Ok(category);
    }
    if store::categories::find_by_slug(tx, &category.slug)
        .await?
        .is_some_and(|other| other.id != id)
    {
        return Err(CategoryError::SlugTaken.into());
    }
    store::categories::save(tx, &category, &before.path).await?;
    store::announcements::note_category(tx, id).await?;
    Ok(category)
}

/// How many levels a category and what lies below it take.
async fn height(tx: &mut Conn, category: &Category) -> Result<usize> {
    let below = store::categories::subtree(tx, category.id).await?;
    let deepest = below
        .iter()
        .map(|other| other.path.len())
        .max()
        .unwrap_or(category.path.len());
    Ok(deepest.saturating_sub(category.path.len()) + 1)
}
