# One image for every role and command: docker run janus run --role aggregator …
# It has no shell and no PostgreSQL; it runs as a user that is not root, and writes nothing: run it with --read-only.
# The base images are pinned by the digests of their indexes, which are for all architectures. To take a newer one:
#   docker buildx imagetools inspect mcr.microsoft.com/dotnet/sdk:10.0
FROM mcr.microsoft.com/dotnet/sdk:10.0@sha256:35d40304542c8689331f8cab17c65926cdf48fe711e289321d71924b230a7d29 AS build
WORKDIR /source
# What decides about packages comes first: as long as it stays the same, the restored packages are taken from the cache.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY Janus.Host/Janus.Host.csproj Janus.Host/
COPY Janus.Modules/Janus.Aggregator/Janus.Aggregator.csproj Janus.Modules/Janus.Aggregator/
COPY Janus.Modules/Janus.Cli/Janus.Cli.csproj Janus.Modules/Janus.Cli/
COPY Janus.Modules/Janus.Client/Janus.Client.csproj Janus.Modules/Janus.Client/
COPY Janus.Modules/Janus.Codec/Janus.Codec.csproj Janus.Modules/Janus.Codec/
COPY Janus.Modules/Janus.Collector/Janus.Collector.csproj Janus.Modules/Janus.Collector/
COPY Janus.Modules/Janus.Dap/Janus.Dap.csproj Janus.Modules/Janus.Dap/
COPY Janus.Modules/Janus.Datastore/Janus.Datastore.csproj Janus.Modules/Janus.Datastore/
COPY Janus.Modules/Janus.Hpke/Janus.Hpke.csproj Janus.Modules/Janus.Hpke/
COPY Janus.Modules/Janus.Messages/Janus.Messages.csproj Janus.Modules/Janus.Messages/
COPY Janus.Modules/Janus.Provisioning/Janus.Provisioning.csproj Janus.Modules/Janus.Provisioning/
COPY Janus.Modules/Janus.Vdaf/Janus.Vdaf.csproj Janus.Modules/Janus.Vdaf/
COPY migrations/migrations.csproj migrations/
RUN dotnet restore Janus.Host/Janus.Host.csproj --use-current-runtime
COPY . .
# Analyzers judge the sources where they are tested.
RUN dotnet publish Janus.Host/Janus.Host.csproj --no-restore --configuration Release --use-current-runtime --no-self-contained --output /app \
    -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    && ln -s Janus.Host /app/janus

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled@sha256:48e51f2f6798897be7ac4e775c049ed8fe60d3190f637e1f9c9dc7513efa659c
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
