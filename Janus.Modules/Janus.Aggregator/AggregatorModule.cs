using Janus.Dap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>Adds the aggregator to a host: services, workers by role, and the DAP endpoints.</summary>
public static class AggregatorModule
{
    /// <summary>The name of the meter that carries the aggregator's instruments.</summary>
    public const string MeterName = AggregatorMetrics.MeterName;

    /// <summary>The name of the source of the spans of what the aggregator does by itself.</summary>
    public const string ActivitySourceName = AggregatorActivities.SourceName;

    /// <summary>Adds the services and the workers of <paramref name="roles"/>; the datastore and options are the caller's.</summary>
    public static IServiceCollection AddJanusAggregator(this IServiceCollection services, AggregatorRoles roles)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<AggregatorMetrics>();
        services.TryAddSingleton<SupportedVdafs>();
        AddShared<TaskStatusRecorder>(services);
        services.AddSingleton<RejectionWatch>();
        services.AddSingleton<TaskDirectory>();
        services.AddSingleton<PeerHttpClient>();
        services.AddSingleton<TaskprovPolicy>();
        services.AddSingleton<TaskprovPeers>();
        services.AddSingleton<TaskprovTasks>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<PeerOutages>();
        services.AddSingleton<HelperConnection>();
        if (roles.HasFlag(AggregatorRoles.Aggregator))
        {
            services.AddSingleton<HpkeConfigEndpoints>();
            services.AddSingleton<LeaderUpload>();
            services.AddSingleton<UploadAdmission>();
            services.AddSingleton<ReportsEndpoints>();
            services.AddSingleton<HelperAggregationJobs>();
            services.AddSingleton<AggregationJobQueue>();
            services.AddSingleton<AggregationJobEndpoints>();
            AddShared<AggregateShareDeletions>(services);
            services.AddSingleton<CollectionJobEndpoints>();
            services.AddSingleton<HelperAggregateShares>();
            services.AddSingleton<AggregateShareEndpoints>();
            services.AddSingleton<AgreementEndpoints>();
            AddShared<ReportWriter>(services);
            services.AddHealthChecks().AddCheck<HpkeKeyringHealthCheck>("hpke-keys");
            services.AddCors();
            services.AddOptions<CorsOptions>().Configure<IOptions<AggregatorOptions>>((cors, options) =>
                cors.AddPolicy(BrowserAccess.ClientPolicy, policy => BrowserAccess.Configure(options.Value.Browsers, policy)));
        }

        // Both work on a Helper's aggregation jobs: at once, and on those that were deferred.
        if ((roles & (AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver)) != 0)
        {
            AddShared<HpkeKeyring>(services);
            services.AddSingleton<HelperAggregation>();
            services.AddSingleton<HelperAggregationSteps>();
        }

        // And on its aggregate shares.
        if ((roles & (AggregatorRoles.Aggregator | AggregatorRoles.CollectionJobDriver)) != 0)
        {
            services.AddSingleton<BatchNoises>();
            services.AddSingleton<HelperCollection>();
        }

        if (roles.HasFlag(AggregatorRoles.AggregationJobCreator))
        {
            services.AddHostedService<AggregationJobCreator>();
        }

        if (roles.HasFlag(AggregatorRoles.AggregationJobDriver))
        {
            services.AddSingleton<LeaderAggregation>();
            services.AddHostedService<AggregationJobDriver>();
            services.AddHostedService<HelperAggregationJobDriver>();
        }

        if (roles.HasFlag(AggregatorRoles.CollectionJobDriver))
        {
            services.AddHostedService<CollectionJobDriver>();
            services.AddHostedService<AggregateShareDriver>();
        }

        if (roles.HasFlag(AggregatorRoles.KeyRotator))
        {
            services.AddHostedService<HpkeKeyRotator>();
        }

        if (roles.HasFlag(AggregatorRoles.GarbageCollector))
        {
            services.AddHostedService<GarbageCollector>();
        }

        return services;
    }

    /// <summary>Adds a bound for the connections of the listeners that <see cref="HttpsListening.ListenOn"/> adds.</summary>
    public static IServiceCollection AddJanusConnectionLimit(this IServiceCollection services, int most) =>
        services.AddSingleton(provider => new ConnectionLimit(most, provider.GetRequiredService<AggregatorMetrics>().Requests.ConnectionClosed));

    /// <summary>Adds the metrics of what waits in the database, looked at every <paramref name="interval"/>: <c>janus.backlog.*</c>.</summary>
    public static IServiceCollection AddJanusBacklogMetrics(this IServiceCollection services, TimeSpan interval)
    {
        services.AddSingleton(new BacklogInterval(interval));
        services.AddSingleton<BacklogMetrics>();
        AddShared<BacklogSampler>(services);
        return services;
    }

    /// <summary>
    /// Maps the DAP endpoints; the process has the role <see cref="AggregatorRoles.Aggregator"/>, and
    /// <c>UseCors</c> in its pipeline.
    /// </summary>
    public static void MapJanusAggregator(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapRead(DapRoute.HpkeConfig, services.GetRequiredService<HpkeConfigEndpoints>().GetAsync).RequireCors(BrowserAccess.ClientPolicy);
        routes.MapPost(DapRoute.Reports, services.GetRequiredService<ReportsEndpoints>().PostAsync).RequireCors(BrowserAccess.ClientPolicy);

        AggregationJobEndpoints aggregationJobs = services.GetRequiredService<AggregationJobEndpoints>();
        routes.MapPost(DapRoute.AggregationJobs, aggregationJobs.PostAsync);
        routes.MapPost(DapRoute.AggregationJob, aggregationJobs.ContinueAsync);
        routes.MapRead(DapRoute.AggregationJob, aggregationJobs.GetAsync);
        routes.MapDelete(DapRoute.AggregationJob, aggregationJobs.DeleteAsync);

        CollectionJobEndpoints collectionJobs = services.GetRequiredService<CollectionJobEndpoints>();
        routes.MapPost(DapRoute.CollectionJobs, collectionJobs.PostAsync);
        routes.MapRead(DapRoute.CollectionJob, collectionJobs.GetAsync);
        routes.MapDelete(DapRoute.CollectionJob, collectionJobs.DeleteAsync);

        AggregateShareEndpoints aggregateShares = services.GetRequiredService<AggregateShareEndpoints>();
        routes.MapPost(DapRoute.AggregateShares, aggregateShares.PostAsync);
        routes.MapRead(DapRoute.AggregateShare, aggregateShares.GetAsync);
        routes.MapDelete(DapRoute.AggregateShare, aggregateShares.DeleteAsync);

        routes.MapRead(DapRoute.Agreement, services.GetRequiredService<AgreementEndpoints>().GetAsync);
    }

    /// <summary>Answers whatever is refused with a problem document; goes first in the pipeline, after routing.</summary>
    public static IApplicationBuilder UseJanusProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemMiddleware>().UseMiddleware<FramingMiddleware>();

    // Whoever may GET a resource may ask for its headers alone: RFC 9110 §9.1.
    private static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) =>
        routes.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    private static void AddShared<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
