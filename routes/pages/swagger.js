// A file of its own, because the page's Content-Security-Policy allows no script inside it.
// validatorUrl: null, because its default asks a server of Swagger's makers.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
