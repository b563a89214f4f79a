using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>auth_tokens</c>.</summary>
internal sealed class AuthTokenEntityConfiguration : IEntityTypeConfiguration<AuthTokenEntity>
{
    public void Configure(EntityTypeBuilder<AuthTokenEntity> builder)
    {
        builder.ToTable("auth_tokens", table =>
        {
            table.HasCheckConstraint("ck_auth_tokens_owner", "num_nonnulls(task_key, taskprov_peer_key) = 1");
            table.HasCheckConstraint("ck_auth_tokens_purpose", "purpose BETWEEN 1 AND 3 AND kind BETWEEN 1 AND 2");

            // What is presented is sealed, a token; of what is accepted, a token or a certificate's key, only the hash is kept.
            table.HasCheckConstraint(
                "ck_auth_tokens_secret",
                "CASE WHEN purpose = 1 THEN kind = 1 AND token IS NOT NULL AND hash IS NULL "
                    + "ELSE token IS NULL AND hash IS NOT NULL AND octet_length(hash) = 32 END");
            table.HasCheckConstraint("ck_auth_tokens_validity", "not_before < not_after");
        });
        builder.HasKey(token => token.TokenId);
        builder.HasOne<TaskEntity>().WithMany(task => task.Tokens).HasForeignKey(token => token.TaskKey).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => new { token.TaskKey, token.Label }).IsUnique().HasDatabaseName("ix_auth_tokens_task");
        builder.HasIndex(token => new { token.TaskprovPeerKey, token.Label }).IsUnique().HasDatabaseName("ix_auth_tokens_taskprov_peer");

        // Whether a token is known: asked for every request that names an unknown task.
        builder.HasIndex(token => token.Hash).HasDatabaseName("ix_auth_tokens_hash").HasFilter("hash IS NOT NULL");
    }
}
