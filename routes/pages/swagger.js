// A separate file, because the Content-Security-Policy of the page allows no inline script.
// validatorUrl: null, because the default sends the document to a server of Swagger's vendor.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
