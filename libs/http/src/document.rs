//! The service's own API document.

use actix_web::http::StatusCode;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ProblemBody;

/// The refusals that every operation may answer, for `responses(..)`.
pub struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let refusal = |what: &str| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build();
            let response = ResponseBuilder::new()
                .description(what)
                .content("application/problem+json", content);
            RefOr::T(response.build())
        };
        [
            ("4XX".to_owned(), refusal("Refused: `type` says why")),
            ("5XX".to_owned(), refusal("Failed on our side: try again later")),
        ]
        .into()
    }
}

/// The document of routes under `/api/v1`, with the shared schemas and the `bearer` scheme in it.
pub fn openapi(info: Info, routes: impl FnOnce(&mut ServiceConfig)) -> OpenApi {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(base(info))
        .service(utoipa_actix_web::scope("/api/v1").configure(routes))
        .split_for_parts();
    describe(&mut document);
    document
}

/// Fills in what OpenAPI requires of every answer and `utoipa` does not: a description.
fn describe(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        let responses = operations
            .into_iter()
            .flatten()
            .flat_map(|operation| &mut operation.responses.responses);
        for (status, response) in responses {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                let status = status
                    .parse()
                    .ok()
                    .and_then(|code| StatusCode::from_u16(code).ok());
                response.description = status
                    .and_then(|s| s.canonical_reason())
                    .unwrap_or("An answer")
                    .to_owned();
            }
        }
    }
}

pub(crate) fn base(mut info: Info) -> OpenApi {
    if info.license.is_none() {
        info.license = Some(
            LicenseBuilder::new()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        );
    }
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token that `POST /api/v1/auth/login` answers."))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}
