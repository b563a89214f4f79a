# One image for every role and command: docker run janus run --role aggregator …
# It has no shell and no PostgreSQL; it runs as a user that is not root, and writes nothing: run it with --read-only.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish Janus.Host/Janus.Host.csproj --configuration Release --use-current-runtime --no-self-contained --output /app \
    && ln -s Janus.Host /app/janus

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
# Without diagnostics the runtime opens no socket below /tmp.
ENV DOTNET_EnableDiagnostics=0 \
    JANUS__Http__Listen=http://*:8080
COPY --from=build /app /app
WORKDIR /app
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/app/janus", "health"]
ENTRYPOINT ["/app/janus"]
CMD ["run"]
