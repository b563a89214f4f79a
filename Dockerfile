# One image for every role: docker run janus run --role aggregator …
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish Janus.Host/Janus.Host.csproj --configuration Release --use-current-runtime --no-self-contained --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# The embedded database needs a PostgreSQL in the image; a deployment brings its own, so there is none here.
ENV JANUS__Http__Listen=http://*:8080 DOTNET_gcServer=0
WORKDIR /app
COPY --from=build /app .
RUN ln -s /app/Janus.Host /usr/local/bin/janus
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["janus"]
CMD ["run"]
