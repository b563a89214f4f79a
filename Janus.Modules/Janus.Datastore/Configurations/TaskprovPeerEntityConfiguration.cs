using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>taskprov_peers</c>.</summary>
internal sealed class TaskprovPeerEntityConfiguration : IEntityTypeConfiguration<TaskprovPeerEntity>
{
    public void Configure(EntityTypeBuilder<TaskprovPeerEntity> builder)
    {
        builder.ToTable("taskprov_peers");
        builder.HasKey(peer => peer.PeerKey);
        builder.Property(peer => peer.PeerKey).UseIdentityAlwaysColumn();
        builder.HasIndex(peer => new { peer.Endpoint, peer.PeerRole }).IsUnique();
        builder.HasMany(peer => peer.VerifyKeyInits).WithOne().HasForeignKey(init => init.PeerKey).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(peer => peer.Tokens).WithOne().HasForeignKey(token => token.TaskprovPeerKey).OnDelete(DeleteBehavior.Cascade);

        // A peer stays as long as it has tasks.
        builder.HasMany<TaskEntity>().WithOne(task => task.TaskprovPeer).HasForeignKey(task => task.TaskprovPeerKey).OnDelete(DeleteBehavior.Restrict);
    }
}
