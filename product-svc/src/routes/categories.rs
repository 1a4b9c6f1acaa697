//! The tree of categories.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use souk_auth::Admin;
use souk_db::{Claim, Conn};
use souk_http::{Created, IdempotencyKey, Json, Page, Path, Refusals, StoredResponse};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::bodies::not_blank;
use crate::domain::{Category, CategoryChange, CategoryId};
use crate::{AppState, Error, Result, ops, store};

/// Which category.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CategoryPath {
    /// Its id.
    category: Uuid,
}

/// Which category, by either name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CategoryRefPath {
    /// Its id or its slug.
    #[param(example = "winter-shoes")]
    category: String,
}

/// A new category.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = CreateCategory)]
#[serde(deny_unknown_fields)]
pub struct CreateCategoryBody {
    /// Name for people.
    #[validate(length(min = 1, max = 100), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 100, example = "Winter shoes")]
    name: String,
    /// Name in addresses; made of the name where it is left out.
    #[validate(length(min = 1, max = 100))]
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "winter-shoes"
    )]
    slug: Option<String>,
    /// The category above; left out for a root.
    parent_id: Option<Uuid>,
}

/// A partial change of a category; what is absent stays.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = EditCategory)]
#[serde(deny_unknown_fields)]
pub struct EditCategoryBody {
    /// New name for people.
    #[validate(length(min = 1, max = 100), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// New name in addresses.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// New place; `null` makes it a root.
    #[serde(
        default,
        deserialize_with = "souk_http::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<Uuid>)]
    parent_id: Option<Option<Uuid>>,
}

/// A category and what lies below it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Category, no_recursion)]
pub struct CategoryBody {
    /// Id.
    id: Uuid,
    /// Name for people.
    #[schema(example = "Winter shoes")]
    name: String,
    /// Name in addresses.
    #[schema(example = "winter-shoes")]
    slug: String,
    /// The category above.
    parent_id: Option<Uuid>,
    /// The categories below, by name.
    children: Vec<CategoryBody>,
}

impl From<EditCategoryBody> for CategoryChange {
    fn from(body: EditCategoryBody) -> Self {
        Self {
            name: body.name.map(|name| name.trim().to_owned()),
            slug: body.slug,
            parent_id: body.parent_id.map(|parent| parent.map(CategoryId)),
        }
    }
}

/// List all categories as a tree.
///
/// One page holds the whole tree; roots and children are sorted by name.
#[utoipa::path(tag = "categories", responses((status = 200, body = Page<CategoryBody>), Refusals))]
#[get("/categories")]
pub async fn list_categories(state: Data<AppState>) -> Result<Json<Page<CategoryBody>>> {
    let mut conn = state.db.conn().await?;
    let all = store::categories::all(&mut conn).await?;
    Ok(Json(Page {
        items: tree(all, None),
        next_cursor: None,
    }))
}

/// Read a category and everything below it.
#[utoipa::path(tag = "categories", params(CategoryRefPath),
    responses((status = 200, body = CategoryBody), Refusals))]
#[get("/categories/{category}")]
pub async fn get_category(state: Data<AppState>, path: Path<CategoryRefPath>) -> Result<Json<CategoryBody>> {
    let mut conn = state.db.conn().await?;
    let found = find(&mut conn, &path.category).await?.ok_or(Error::NotFound)?;
    let below = store::categories::subtree(&mut conn, found.id).await?;
    let body = tree(below, found.parent_id)
        .into_iter()
        .find(|body| body.id == found.id.0);
    Ok(Json(body.ok_or(Error::NotFound)?))
}

/// Add a category.
#[utoipa::path(tag = "categories", security(("bearer" = [])), request_body = CreateCategoryBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat answer the same", max_length = 255)),
    responses((status = 201, body = CategoryBody), Refusals))]
#[post("/categories")]
pub async fn create_category(
    state: Data<AppState>,
    admin: Admin,
    key: IdempotencyKey,
    body: Json<CreateCategoryBody>,
) -> Result<StoredResponse> {
    let claim = key
        .into_inner()
        .map(|key| Claim::new(admin.0.user_id, key, "create_category", &body.0));
    let CreateCategoryBody {
        name,
        slug,
        parent_id,
    } = body.into_inner();
    let (name, parent) = (name.trim().to_owned(), parent_id.map(CategoryId));
    let create = async |tx: &mut Conn| {
        let category = ops::create_category(tx, name, slug, parent).await?;
        Ok::<_, Error>(CategoryBody::from(category))
    };
    let respond = |body: CategoryBody| Created::at(format!("/api/v1/categories/{}", body.id), body).stored();
    state.db.once(claim.as_ref(), create, respond).await
}

/// Change a category.
///
/// A JSON merge patch. Moving takes everything below along; a category cannot be moved below itself.
#[utoipa::path(tag = "categories", security(("bearer" = [])), params(CategoryPath),
    request_body = EditCategoryBody, responses((status = 200, body = CategoryBody), Refusals))]
#[patch("/categories/{category}")]
pub async fn edit_category(
    state: Data<AppState>,
    _: Admin,
    path: Path<CategoryPath>,
    body: Json<EditCategoryBody>,
) -> Result<Json<CategoryBody>> {
    let (id, change) = (CategoryId(path.category), body.into_inner().into());
    let category = state
        .db
        .transaction(async |tx| ops::edit_category(tx, id, change).await)
        .await?;
    let mut conn = state.db.conn().await?;
    let below = store::categories::subtree(&mut conn, id).await?;
    let body = tree(below, category.parent_id)
        .into_iter()
        .find(|body| body.id == id.0);
    Ok(Json(body.ok_or(Error::NotFound)?))
}

/// Remove a category.
///
/// Refused while categories or products lie in it.
#[utoipa::path(tag = "categories", security(("bearer" = [])), params(CategoryPath),
    responses((status = 204), Refusals))]
#[delete("/categories/{category}")]
pub async fn delete_category(
    state: Data<AppState>,
    _: Admin,
    path: Path<CategoryPath>,
) -> Result<HttpResponse> {
    let id = CategoryId(path.category);
    state
        .db
        .transaction(async |tx| ops::delete_category(tx, id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The category of an id or a slug.
pub(super) async fn find(conn: &mut souk_db::Conn, name: &str) -> Result<Option<Category>> {
    match name.parse::<Uuid>() {
        Ok(id) => store::categories::find(conn, CategoryId(id)).await,
        Err(_) => store::categories::find_by_slug(conn, name).await,
    }
}

impl From<Category> for CategoryBody {
    fn from(category: Category) -> Self {
        Self {
            id: category.id.0,
            name: category.name,
            slug: category.slug,
            parent_id: category.parent_id.map(|id| id.0),
            children: Vec::new(),
        }
    }
}

/// The tree of those that lie right below `root`; `all` is in the order of siblings.
fn tree(all: Vec<Category>, root: Option<CategoryId>) -> Vec<CategoryBody> {
    let mut below: HashMap<Option<Uuid>, Vec<CategoryBody>> = HashMap::new();
    for category in all {
        let body = CategoryBody::from(category);
        below.entry(body.parent_id).or_default().push(body);
    }
    branch(&mut below, root.map(|id| id.0))
}

fn branch(below: &mut HashMap<Option<Uuid>, Vec<CategoryBody>>, of: Option<Uuid>) -> Vec<CategoryBody> {
    let mut children = below.remove(&of).unwrap_or_default();
    for child in &mut children {
        child.children = branch(below, Some(child.id));
    }
    children
}
